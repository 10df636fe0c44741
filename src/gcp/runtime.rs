//! As which service account the deployed Cloud Run service runs: it is the one that
//! `iam.serviceAccounts.actAs` is needed on.
//!
//! Up to 4.0.215 `@remotion/cloudrun` names no account when it deploys, so Google takes the
//! project's Compute Engine default account
//! ([service identity](https://cloud.google.com/run/docs/securing/service-identity)). From
//! 4.0.221 on it names the account of `REMOTION_GCP_CLIENT_EMAIL`. Of the versions in between no
//! package is known, so both accounts are asked.

use semver::Version;

use super::credentials::is_service_account;

/// An account that a deployed service runs as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum RuntimeAccount {
    /// This one.
    Named(String),
    /// The project's Compute Engine default account, whose name holds the project's number.
    ComputeDefault,
}

impl RuntimeAccount {
    /// The email, where it is known.
    pub(super) fn email(&self, project_number: Option<&str>) -> Option<String> {
        match self {
            Self::Named(email) => Some(email.clone()),
            Self::ComputeDefault => Some(format!(
                "{}-compute@developer.gserviceaccount.com",
                project_number?
            )),
        }
    }
}

/// The accounts that a version's services run as.
///
/// `given` is what the user names, `remotion` the value of `REMOTION_GCP_CLIENT_EMAIL`, `caller`
/// the identity that is tested.
pub(super) fn accounts(
    version: &Version,
    given: Option<&str>,
    remotion: Option<&str>,
    caller: Option<&str>,
) -> Vec<RuntimeAccount> {
    const LAST_WITHOUT_ACCOUNT: Version = Version::new(4, 0, 215);
    const FIRST_WITH_ACCOUNT: Version = Version::new(4, 0, 221);
    if let Some(email) = given {
        return vec![RuntimeAccount::Named(email.to_owned())];
    }
    let own = remotion
        .or_else(|| caller.filter(|caller| is_service_account(caller)))
        .map_or(RuntimeAccount::ComputeDefault, |email| {
            RuntimeAccount::Named(email.to_owned())
        });
    let plain = Version::new(version.major, version.minor, version.patch);
    if plain >= FIRST_WITH_ACCOUNT {
        vec![own]
    } else if plain <= LAST_WITHOUT_ACCOUNT {
        vec![RuntimeAccount::ComputeDefault]
    } else {
        let mut both = vec![own, RuntimeAccount::ComputeDefault];
        both.dedup();
        both
    }
}

#[cfg(test)]
mod tests {
    use super::{RuntimeAccount, Version, accounts};

    fn of(version: &str, caller: Option<&str>) -> Vec<RuntimeAccount> {
        let version = Version::parse(version).expect("a version");
        accounts(&version, None, None, caller)
    }

    #[test]
    fn the_account_follows_the_version() {
        let robot = "remotion-sa@remotion-test.iam.gserviceaccount.com";
        let own = RuntimeAccount::Named(robot.to_owned());
        for version in ["4.0.221", "4.0.461"] {
            assert_eq!(of(version, Some(robot)), std::slice::from_ref(&own));
        }
        assert_eq!(
            of("4.0.218", Some(robot)),
            [own, RuntimeAccount::ComputeDefault]
        );
        assert_eq!(of("4.0.215", Some(robot)), [RuntimeAccount::ComputeDefault]);
        assert_eq!(
            of("4.0.461", Some("ann@example.com")),
            [RuntimeAccount::ComputeDefault]
        );
    }

    #[test]
    fn what_the_user_names_wins() {
        let version = Version::new(4, 0, 461);
        let named = accounts(&version, Some("a@b"), Some("c@d"), Some("e@f"));
        assert_eq!(named, [RuntimeAccount::Named("a@b".to_owned())]);
        let remotion = accounts(&version, None, Some("c@d"), Some("e@f"));
        assert_eq!(remotion, [RuntimeAccount::Named("c@d".to_owned())]);
    }
}

//! What beside permissions has to be right before Remotion works: APIs, buckets, the account that
//! services run as. It is told, and never turns a permission red.

use serde::Deserialize;

use super::discovery::{Bucket, address};
use super::failure::{Denial, Failed};
use super::levels::Account;
use super::session::{Session, What};
use crate::report::Readiness;
use crate::text::one_line;

/// The APIs that Remotion calls.
const APIS: [&str; 4] = [
    "run.googleapis.com",
    "cloudresourcemanager.googleapis.com",
    "storage.googleapis.com",
    "logging.googleapis.com",
];

/// Needed where one account speaks for another.
const IMPERSONATION: &str = "iamcredentials.googleapis.com";

#[derive(Deserialize)]
struct Batch {
    #[serde(default)]
    services: Vec<Api>,
}

#[derive(Deserialize)]
struct Api {
    name: String,
    state: String,
}

/// Asks which of the APIs are enabled
/// ([reference](https://cloud.google.com/service-usage/docs/reference/rest/v1/services/batchGet)).
pub(super) async fn apis(session: &Session, impersonated: bool) -> Vec<Readiness> {
    let names: Vec<&str> = APIS
        .into_iter()
        .chain(impersonated.then_some(IMPERSONATION))
        .collect();
    let asked = async {
        let path = format!("v1/projects/{}/services:batchGet", session.project);
        let mut url = address(&session.endpoints.service_usage, &path)?;
        url.query_pairs_mut().extend_pairs(names.iter().map(|name| {
            (
                "names",
                format!("projects/{}/services/{name}", session.project),
            )
        }));
        let place = format!("project {}", session.project);
        let what = What {
            call: "looking up APIs",
            place: &place,
        };
        session.read::<Batch>(&url, what).await
    };
    match asked.await {
        Err(failed) => vec![unknown("api", &names.join(", "), &failed)],
        Ok(batch) => names
            .into_iter()
            .map(|name| api(session, name, &batch.services))
            .collect(),
    }
}

fn api(session: &Session, name: &str, services: &[Api]) -> Readiness {
    let state = services
        .iter()
        .find(|api| api.name.rsplit('/').next() == Some(name))
        .map(|api| api.state.as_str());
    let (ready, detail) = match state {
        Some("ENABLED") => (Some(true), "enabled".to_owned()),
        Some("DISABLED") => (
            Some(false),
            format!(
                "not enabled: gcloud services enable {name} --project {}",
                session.project
            ),
        ),
        Some(other) => (None, format!("its state is {}", one_line(other))),
        None => (None, "the answer does not name it".to_owned()),
    };
    Readiness {
        check: "api",
        about: name.to_owned(),
        ready,
        detail,
    }
}

/// What the settings of the buckets mean for uploads. Remotion sets the access of each file, which
/// such a bucket refuses
/// ([uniform access](https://cloud.google.com/storage/docs/uniform-bucket-level-access),
/// [public access prevention](https://cloud.google.com/storage/docs/public-access-prevention)).
pub(super) fn buckets(listed: &Result<Vec<Bucket>, Failed>) -> Vec<Readiness> {
    match listed {
        Err(failed) => vec![unknown("bucket", "Remotion's buckets", failed)],
        Ok(buckets) => buckets.iter().map(bucket).collect(),
    }
}

fn bucket(bucket: &Bucket) -> Readiness {
    let (ready, detail) = if bucket.uniform_access {
        (
            false,
            "uniform bucket-level access is on: Remotion sets the access of each file, so its uploads fail although every permission is held; switch it off with `gcloud storage buckets update --no-uniform-bucket-level-access`",
        )
    } else if bucket.public_access_prevention {
        (
            false,
            "public access prevention is enforced: Remotion makes its uploads public by default, and these fail although every permission is held; switch it off with `gcloud storage buckets update --no-public-access-prevention`, or keep renders private",
        )
    } else {
        (true, "takes files with an access of their own")
    };
    Readiness {
        check: "bucket",
        about: bucket.name.clone(),
        ready: Some(ready),
        detail: detail.to_owned(),
    }
}

/// Whether the account that services run as is there and enabled.
pub(super) fn account(email: &str, read: &Result<Account, Failed>) -> Readiness {
    let (ready, detail) = match read {
        Ok(account) if account.disabled => (
            Some(false),
            format!(
                "disabled, so services that run as it do not start: gcloud iam service-accounts enable {email}"
            ),
        ),
        Ok(_) => (Some(true), "enabled".to_owned()),
        Err(failed) if failed.denial == Denial::NotFound => (
            Some(false),
            "does not exist, so no service can run as it: create it, or name another one with --service-account".to_owned(),
        ),
        Err(failed) => return unknown("service-account", email, failed),
    };
    Readiness {
        check: "service-account",
        about: email.to_owned(),
        ready,
        detail,
    }
}

fn unknown(check: &'static str, about: &str, failed: &Failed) -> Readiness {
    Readiness {
        check,
        about: about.to_owned(),
        ready: None,
        detail: failed.unknown.detail.clone(),
    }
}

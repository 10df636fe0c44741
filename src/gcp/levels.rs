//! Asks below the project, where a permission that is not held on the project may live: on the
//! account that services run as, on Remotion's services, on its buckets.

use serde::Deserialize;

use super::AT_ONCE;
use super::Options;
use super::credentials::project_of;
use super::discovery::{self, Bucket, REGIONS, Service, address, bucket_address};
use super::failure::{Denial, Failed};
use super::permissions::{Place, Tested, test};
use super::runtime::RuntimeAccount;
use super::session::{Session, What};
use crate::judge::levels::{Answered, everywhere};
use crate::parallel::all;
use crate::permission::Level;
use crate::verdict::{Answer, Unknown, Why};

/// What was asked at one level.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) level: Level,
    pub(super) places: Vec<(Place, Tested)>,
    /// Why not everything could be asked, where that is so.
    pub(super) open: Option<Unknown>,
}

/// The service account that services run as, as far as it may be read.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Account {
    #[serde(default)]
    pub(super) disabled: bool,
}

/// Reads a service account
/// ([reference](https://cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts/get)).
pub(super) async fn account(session: &Session, email: &str) -> Result<Account, Failed> {
    let url = address(&session.endpoints.iam, &account_path(session, email))?;
    let place = format!("service account {email}");
    let what = What {
        call: "reading a service account",
        place: &place,
    };
    session.read(&url, what).await
}

/// The path of an account below the API's address. An account of another project is asked there.
fn account_path(session: &Session, email: &str) -> String {
    let project = project_of(email).unwrap_or(&session.project);
    format!("v1/projects/{project}/serviceAccounts/{email}")
}

/// Asks the accounts that services run as.
pub(super) async fn service_accounts(
    session: &Session,
    accounts: &[RuntimeAccount],
    number: Option<&str>,
    permissions: &[String],
) -> Asked {
    let mut open = None;
    let mut emails = Vec::new();
    for account in accounts {
        match account.email(number) {
            Some(email) => emails.push(email),
            None => {
                open = Some(Unknown::new(
                    Why::BelowProject,
                    "not held on the project; services run as the project's Compute Engine default account, whose name holds the project's number, and that could not be read: name it with --service-account NUMBER-compute@developer.gserviceaccount.com, or grant it on the project",
                ));
            }
        }
    }
    let asked = all(AT_ONCE, emails.iter().map(|email| async move {
        let path = account_path(session, email);
        let place = Place {
            level: Level::ServiceAccount,
            name: path.trim_start_matches("v1/").to_owned(),
            url: address(&session.endpoints.iam, &format!("{path}:testIamPermissions"))?,
        };
        // For an account that does not exist the test answers as if nothing were held.
        let (tested, read) =
            tokio::join!(test(session, &place, permissions), account(session, email));
        let tested = match read {
            Err(failed) if failed.denial == Denial::NotFound && !tested.holds_something() => {
                nowhere(
                    permissions,
                    &format!("there is no service account {email}: name the one that services run as with --service-account"),
                )
            }
            _ => tested,
        };
        Ok((place, tested))
    }))
    .await;
    gather(Level::ServiceAccount, asked, open)
}

/// Every permission is open, since the place does not exist.
fn nowhere(permissions: &[String], detail: &str) -> Tested {
    let unknown = Unknown::new(Why::BelowProject, detail);
    Tested {
        answers: permissions
            .iter()
            .map(|permission| (permission.clone(), Answer::Undetermined(unknown.clone())))
            .collect(),
        failed: None,
    }
}

fn gather(
    level: Level,
    asked: Vec<Result<(Place, Tested), Failed>>,
    mut open: Option<Unknown>,
) -> Asked {
    let mut places = Vec::new();
    for one in asked {
        match one {
            Ok(place) => places.push(place),
            Err(failed) => {
                open.get_or_insert(failed.unknown);
            }
        }
    }
    Asked {
        level,
        places,
        open,
    }
}

/// Asks Remotion's buckets: those that are named, else those that were or can be listed.
pub(super) async fn buckets(
    session: &Session,
    options: &Options,
    listed: Option<Result<Vec<Bucket>, Failed>>,
    permissions: &[String],
) -> Asked {
    let names: Vec<String> = if options.buckets.is_empty() {
        let listed = match listed {
            Some(listed) => listed,
            None => discovery::buckets(session).await,
        };
        match listed {
            Ok(buckets) if buckets.is_empty() => {
                return nothing(
                    Level::Bucket,
                    "not held on the project, and there is no bucket of Remotion's yet: it is granted below the project or not at all; a grant on the project settles it, or name the bucket with --bucket",
                );
            }
            Ok(buckets) => buckets.into_iter().map(|bucket| bucket.name).collect(),
            Err(failed) => return not_listed(Level::Bucket, "buckets", &failed, "--bucket"),
        }
    } else {
        options.buckets.clone()
    };
    let asked = all(
        AT_ONCE,
        names.iter().map(|name| async move {
            let mut url = bucket_address(session, name)?;
            if let Ok(mut segments) = url.path_segments_mut() {
                segments.extend(["iam", "testPermissions"]);
            }
            let place = Place {
                level: Level::Bucket,
                name: format!("projects/_/buckets/{name}"),
                url,
            };
            let tested = test(session, &place, permissions).await;
            Ok((place, tested))
        }),
    )
    .await;
    gather(Level::Bucket, asked, None)
}

/// Asks Remotion's services: those that are named, else those that can be listed.
pub(super) async fn services(
    session: &Session,
    options: &Options,
    regions: &[String],
    may_list: bool,
    permissions: &[String],
) -> Asked {
    let given = !options.services.is_empty();
    let services: Vec<Service> = if given && !regions.is_empty() {
        let of_region = |region: &String| {
            options.services.iter().map({
                let region = region.clone();
                move |name| Service {
                    region: region.clone(),
                    name: name.clone(),
                }
            })
        };
        regions.iter().flat_map(of_region).collect()
    } else if !may_list {
        let name_it = if given {
            "name its region with --region"
        } else {
            "name the service with --service and --region"
        };
        return nothing(
            Level::RunService,
            &format!(
                "not held on the project, and without run.services.list the services can't be found: it is granted below the project or not at all; a grant on the project settles it, or {name_it}"
            ),
        );
    } else {
        let everywhere: Vec<String>;
        let regions = if regions.is_empty() {
            everywhere = REGIONS.map(ToOwned::to_owned).to_vec();
            &everywhere
        } else {
            regions
        };
        match discovery::services(session, regions).await {
            Ok(found) if given => {
                let named: Vec<Service> = found
                    .into_iter()
                    .filter(|service| options.services.contains(&service.name))
                    .collect();
                let missing = options
                    .services
                    .iter()
                    .find(|name| !named.iter().any(|service| service.name == **name));
                if let Some(name) = missing {
                    return nothing(
                        Level::RunService,
                        &format!("there is no service {name} in any region that Remotion offers"),
                    );
                }
                named
            }
            Ok(found) if found.is_empty() => {
                return nothing(
                    Level::RunService,
                    "not held on the project, and there is no service of Remotion's yet: it is granted below the project or not at all; a grant on the project settles it, or name the service with --service and --region",
                );
            }
            Ok(found) => found,
            Err(failed) => {
                return not_listed(
                    Level::RunService,
                    "services",
                    &failed,
                    "--service and --region",
                );
            }
        }
    };
    let asked = all(
        AT_ONCE,
        services.iter().map(|service| async move {
            let name = format!(
                "projects/{}/locations/{}/services/{}",
                session.project, service.region, service.name
            );
            let place = Place {
                level: Level::RunService,
                url: address(
                    &session.endpoints.run,
                    &format!("v2/{name}:testIamPermissions"),
                )?,
                name,
            };
            let exists = async {
                if given {
                    exists(session, service).await
                } else {
                    true
                }
            };
            let (tested, exists) = tokio::join!(test(session, &place, permissions), exists);
            let tested = if exists || tested.holds_something() {
                tested
            } else {
                nowhere(
                    permissions,
                    &format!("there is no service {} in {}", service.name, service.region),
                )
            };
            Ok((place, tested))
        }),
    )
    .await;
    gather(Level::RunService, asked, None)
}

/// Whether a named service is there; whoever may not know gets the benefit of the doubt.
async fn exists(session: &Session, service: &Service) -> bool {
    #[derive(Deserialize)]
    struct Named {}
    let path = format!(
        "v2/projects/{}/locations/{}/services/{}",
        session.project, service.region, service.name
    );
    let what = What {
        call: "reading a service",
        place: "service",
    };
    let Ok(url) = address(&session.endpoints.run, &path) else {
        return true;
    };
    let read: Result<Named, Failed> = session.read(&url, what).await;
    !matches!(read, Err(failed) if failed.denial == Denial::NotFound)
}

fn nothing(level: Level, detail: &str) -> Asked {
    Asked {
        level,
        places: Vec::new(),
        open: Some(Unknown::new(Why::BelowProject, detail)),
    }
}

fn not_listed(level: Level, what: &str, failed: &Failed, flag: &str) -> Asked {
    let why = match failed.unknown.why {
        Why::Refused => Why::BelowProject,
        why => why,
    };
    Asked {
        level,
        places: Vec::new(),
        open: Some(Unknown::new(
            why,
            format!(
                "not held on the project, and Remotion's {what} can't be listed ({}): a grant on the project settles it, or name them with {flag}",
                failed.unknown.detail
            ),
        )),
    }
}

/// What the levels below the project say about a permission that is not held on the project.
pub(super) fn below(permission: &str, levels: &[&Asked]) -> Vec<Answered> {
    everywhere(levels.iter().flat_map(|asked| {
        let places = asked.places.iter().map(|(place, tested)| Answered {
            level: place.level,
            resource: place.name.clone(),
            answer: tested.answer(permission),
        });
        let open = asked.open.as_ref().map(|unknown| Answered {
            level: asked.level,
            resource: String::new(),
            answer: Answer::Undetermined(unknown.clone()),
        });
        places.chain(open)
    }))
}

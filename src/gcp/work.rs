//! The calls of one check: the project and everything that can be asked beside it, then the levels
//! below it.

use std::time::Duration;

use serde::Deserialize;
use tokio::time::Instant;

use super::AT_ONCE;
use super::discovery::{self, Bucket, address};
use super::failure::Failed;
use super::identity::{self, TokenInfo};
use super::levels::{self, Account, Asked};
use super::permissions::{Place, Tested, test};
use super::runtime::RuntimeAccount;
use super::session::{Session, What};
use super::{Options, excess, readiness};
use crate::parallel::all;
use crate::permission::{Level, Requirement};
use crate::report::{Excess, Readiness};
use crate::verdict::{Answer, Cause, Why};

/// What is looked up beside the permissions gets this much time, so that it can't hold them up.
const ASIDE: Duration = Duration::from_secs(10);

/// One check, signed in.
pub(super) struct Work<'a> {
    pub(super) options: &'a Options,
    pub(super) requirements: &'a [Requirement],
    pub(super) regions: Vec<String>,
    pub(super) session: &'a Session,
    pub(super) accounts: Vec<RuntimeAccount>,
    pub(super) impersonated: bool,
}

/// What came back for the first calls, all of which are under way at once.
pub(super) struct First {
    pub(super) project: Tested,
    pub(super) who: TokenInfo,
    pub(super) read: Result<Project, Failed>,
    pub(super) buckets: Option<Result<Vec<Bucket>, Failed>>,
    pub(super) apis: Vec<Readiness>,
    pub(super) accounts: Vec<(String, Result<Account, Failed>)>,
    pub(super) excess: Option<Excess>,
}

#[derive(Deserialize)]
pub(super) struct Project {
    name: String,
}

impl First {
    /// The project's number, where it may be read.
    pub(super) fn number(&self) -> Option<&str> {
        let (_, number) = self.read.as_ref().ok()?.name.split_once('/')?;
        let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        digits.then_some(number)
    }
}

impl Work<'_> {
    fn place(&self) -> Result<Place, Failed> {
        let name = format!("projects/{}", self.session.project);
        Ok(Place {
            level: Level::Project,
            url: address(
                &self.session.endpoints.resource_manager,
                &format!("v3/{name}:testIamPermissions"),
            )?,
            name,
        })
    }

    /// Asks the project, and everything that can be asked beside it.
    pub(super) async fn first(&self) -> Result<First, Failed> {
        let place = self.place()?;
        let asked: Vec<String> = self
            .requirements
            .iter()
            .map(|requirement| requirement.permission.clone())
            .collect();
        let mut aside = self.session.clone();
        aside.deadline = Instant::now()
            .checked_add(ASIDE)
            .unwrap_or(aside.deadline)
            .min(aside.deadline);
        let aside = &aside;
        let ready = self.options.readiness;
        let (project, who, read, buckets, apis, accounts, excess) = tokio::join!(
            test(self.session, &place, &asked),
            identity::ask(aside),
            read_project(aside),
            async {
                if !ready {
                    None
                } else if self.options.buckets.is_empty() {
                    Some(discovery::buckets(aside).await)
                } else {
                    let each = self.options.buckets.iter();
                    let read = all(AT_ONCE, each.map(|name| discovery::bucket(aside, name))).await;
                    Some(read.into_iter().collect())
                }
            },
            async {
                if ready {
                    readiness::apis(aside, self.impersonated).await
                } else {
                    Vec::new()
                }
            },
            async {
                // A name that has to be looked up first would cost a round of its own.
                let known = self.accounts.iter().filter_map(|one| one.email(None));
                if ready {
                    all(
                        AT_ONCE,
                        known.map(|email| async {
                            let read = levels::account(aside, &email).await;
                            (email, read)
                        }),
                    )
                    .await
                } else {
                    Vec::new()
                }
            },
            async {
                let options = self.options;
                if options.excess || options.fail_on_excess {
                    let fails = options.fail_on_excess;
                    Some(excess::excess(self.session, &place, self.requirements, fails).await)
                } else {
                    None
                }
            },
        );
        Ok(First {
            project,
            who,
            read,
            buckets,
            apis,
            accounts,
            excess,
        })
    }

    /// The permissions that are not held on the project and can be granted at a level below it.
    fn open_at(&self, first: &First, level: Level) -> Vec<String> {
        self.requirements
            .iter()
            .filter(|requirement| {
                requirement.grantable_at.contains(&level)
                    && asks_below(&first.project.answer(&requirement.permission))
            })
            .map(|requirement| requirement.permission.clone())
            .collect()
    }

    /// Asks the levels below the project, all at once.
    pub(super) async fn below(&self, first: &First) -> Vec<Asked> {
        let [accounts, services, buckets] =
            [Level::ServiceAccount, Level::RunService, Level::Bucket]
                .map(|level| self.open_at(first, level));
        let may_list = !matches!(first.project.answer("run.services.list"), Answer::Denied(_));
        let (session, options) = (self.session, self.options);
        let listed = first.buckets.clone().filter(|_| options.buckets.is_empty());
        let (accounts, services, buckets) = tokio::join!(
            async {
                if accounts.is_empty() {
                    return None;
                }
                let number = first.number();
                Some(levels::service_accounts(session, &self.accounts, number, &accounts).await)
            },
            async {
                if services.is_empty() {
                    return None;
                }
                Some(levels::services(session, options, &self.regions, may_list, &services).await)
            },
            async {
                if buckets.is_empty() {
                    return None;
                }
                Some(levels::buckets(session, options, listed, &buckets).await)
            },
        );
        [accounts, services, buckets]
            .into_iter()
            .flatten()
            .collect()
    }
}

/// Whether a project's answer leaves it open that the permission is held below.
pub(super) fn asks_below(answer: &Answer) -> bool {
    match answer {
        Answer::Denied(cause) => *cause == Cause::NothingAllows,
        Answer::Undetermined(unknown) => unknown.why == Why::NotTestable,
        Answer::Allowed { .. } => false,
    }
}

/// Reads the project, for its number
/// ([reference](https://cloud.google.com/resource-manager/reference/rest/v3/projects/get)).
async fn read_project(session: &Session) -> Result<Project, Failed> {
    let path = format!("v3/projects/{}", session.project);
    let url = address(&session.endpoints.resource_manager, &path)?;
    let place = format!("project {}", session.project);
    let what = What {
        call: "reading the project",
        place: &place,
    };
    session.read(&url, what).await
}

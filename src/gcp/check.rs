//! The check itself: sign in, ask the project, then ask below it where that is needed.

use std::time::Duration;

use semver::Version;
use serde::Deserialize;
use tokio::time::Instant;

use super::credentials::{self, Found, project_of};
use super::discovery::{self, Bucket, address};
use super::endpoints::Endpoints;
use super::failure::{Denial, Failed};
use super::identity::{self, TokenInfo};
use super::levels::{self, Account, Answered, Asked};
use super::parallel::all;
use super::permissions::{Place, Tested, test};
use super::runtime::{self, RuntimeAccount};
use super::session::{Session, What};
use super::{Options, excess, readiness, target, token};
use crate::environment::Environment;
use crate::error::{Error, ErrorKind};
use crate::http::Http;
use crate::permission::{Level, Requirement, Subject};
use crate::report::{self, Excess, Finding, Readiness};
use crate::verdict::{Answer, Cause, Unknown, Why};

/// What a check found out.
pub(crate) struct Checked {
    pub(crate) tested: report::Tested,
    pub(crate) notes: Vec<String>,
    /// The answers per requirement, or why nothing could be asked.
    pub(crate) outcome: Result<Vec<Vec<Answered>>, Unknown>,
    /// The identity, where it is a finding of its own.
    pub(crate) identity: Option<Finding>,
    pub(crate) readiness: Vec<Readiness>,
    pub(crate) excess: Option<Excess>,
    pub(crate) hint: Option<String>,
}

/// What is looked up beside the permissions gets this much time, so that it can't hold them up.
const ASIDE: Duration = Duration::from_secs(10);

/// Tests the requirements of a version on the project and below it.
///
/// # Errors
///
/// Only what makes the call wrong (exit code 2).
pub(crate) async fn check(
    options: &Options,
    requirements: &[Requirement],
    version: &Version,
    environment: &Environment,
    http: &Http,
    deadline: Instant,
) -> Result<Checked, Error> {
    let endpoints = Endpoints::read(options, environment)?;
    target::names(options)?;
    let regions = target::regions(options, environment)?;
    let mut tested = report::Tested::default();
    let stopped = |tested: report::Tested, notes: Vec<String>, failed: Failed| Checked {
        tested,
        notes,
        excess: (options.excess || options.fail_on_excess)
            .then(|| excess::not_asked(failed.unknown.clone(), options.fail_on_excess)),
        outcome: Err(failed.unknown),
        identity: None,
        readiness: Vec::new(),
        hint: Some(failed.hint),
    };
    let named_project = |tested: &mut report::Tested, of_credentials: Option<&str>| {
        target::project(options, environment, of_credentials).map(|(project, source)| {
            tested.project = Some(project.clone());
            tested.project_source = Some(source);
            project
        })
    };
    let found = match credentials::find(options, environment, &endpoints) {
        Ok(found) => found,
        Err(error) if error.kind == ErrorKind::Call => return Err(error),
        Err(error) => {
            // The header can name the project all the same.
            let _ = named_project(&mut tested, None);
            let hint = error.hint.unwrap_or_default();
            let failed = Failed::new(Why::Credentials, error.message, &hint);
            return Ok(stopped(tested, Vec::new(), failed));
        }
    };
    let Found {
        credential,
        source,
        mut notes,
    } = found;
    tested.credentials = Some(format!("{}: {source}", credential.kind()));
    // A wrong name is told before anything is sent. Only the metadata server knows a project that
    // the credential does not show.
    let early = named_project(&mut tested, credential.project());
    if let Err(error) = &early
        && !matches!(credential, credentials::Credential::Metadata)
    {
        return Err(error.clone());
    }
    let claimed = credential.email().map(ToOwned::to_owned);
    tested.caller.clone_from(&claimed);
    let expected = target::expected(options, environment);
    if let (Some((expected, source)), Some(claimed)) = (&expected, &claimed) {
        identity::expect(expected, source, claimed)?;
    }
    let granted = match token::exchange(&credential, &endpoints, http, deadline).await {
        Ok(granted) => granted,
        Err(failed) if failed.wrong_call => {
            return Err(Error::call(failed.unknown.detail).hint(failed.hint));
        }
        Err(failed) => return Ok(stopped(tested, notes, failed)),
    };
    let project = match early {
        Ok(project) => project,
        Err(_) => named_project(&mut tested, granted.project.as_deref())?,
    };
    let session = Session {
        http: http.clone(),
        endpoints,
        deadline,
        project,
        token: granted.token,
    };
    let work = Work {
        options,
        requirements,
        regions,
        session: &session,
        accounts: runtime::accounts(
            version,
            options.service_account.as_deref(),
            environment.get("REMOTION_GCP_CLIENT_EMAIL"),
            claimed.as_deref().or(granted.who.as_deref()),
        ),
        impersonated: matches!(credential, credentials::Credential::Impersonated(..)),
    };
    let first = match work.first().await {
        Ok(first) => first,
        Err(failed) => return Ok(stopped(tested, notes, failed)),
    };
    let email = first.who.email();
    tested.caller = email
        .clone()
        .or(granted
            .who
            .filter(|who| claimed.is_some() || !who.contains('@')))
        .or_else(|| claimed.clone())
        .or_else(|| first.who.subject());
    let known = email.or(claimed);
    let mut unknown_identity = None;
    match (&expected, &known) {
        (Some((expected, source)), Some(email)) => identity::expect(expected, source, email)?,
        (Some((expected, _)), None) => unknown_identity = Some(identity::unknown(expected)),
        (None, None) if tested.caller.is_none() => notes
            .push("whose login this is could not be found out: the token does not say".to_owned()),
        (None, _) => {}
    }
    if let Some(caller) = &tested.caller {
        tested.principals = vec![(Subject::ServiceAccount, caller.clone())];
    }
    tested.project_number = first.number().map(ToOwned::to_owned);
    let levels = work.below(&first).await;
    notes.extend(work.notes(&first, &levels, tested.caller.as_deref()));
    let answers = work.answers(&first, &levels, known.as_deref());
    let readiness = work.readiness(&first);
    let hint = match &answers {
        Ok(_) => first.project.failed.map(|failed| failed.hint),
        Err(_) => Some("check the project id; if it is right, nothing is granted there yet: `remperm policies service-account` prints what is needed".to_owned()),
    };
    Ok(Checked {
        tested,
        notes,
        outcome: answers,
        identity: unknown_identity,
        readiness,
        excess: first.excess,
        hint,
    })
}

/// One check, signed in.
struct Work<'a> {
    options: &'a Options,
    requirements: &'a [Requirement],
    regions: Vec<String>,
    session: &'a Session,
    accounts: Vec<RuntimeAccount>,
    impersonated: bool,
}

/// What came back for the first calls, all of which are under way at once.
struct First {
    project: Tested,
    who: TokenInfo,
    read: Result<Project, Failed>,
    buckets: Option<Result<Vec<Bucket>, Failed>>,
    apis: Vec<Readiness>,
    accounts: Vec<(String, Result<Account, Failed>)>,
    excess: Option<Excess>,
}

#[derive(Deserialize)]
struct Project {
    name: String,
}

impl First {
    /// The project's number, where it may be read.
    fn number(&self) -> Option<&str> {
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
    async fn first(&self) -> Result<First, Failed> {
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
                    let read = all(each.map(|name| discovery::bucket(aside, name))).await;
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
                    all(known.map(|email| async {
                        let read = levels::account(aside, &email).await;
                        (email, read)
                    }))
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
    async fn below(&self, first: &First) -> Vec<Asked> {
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

    /// One list of answers per requirement, or the one finding that there may be no such project.
    fn answers(
        &self,
        first: &First,
        levels: &[Asked],
        email: Option<&str>,
    ) -> Result<Vec<Vec<Answered>>, Unknown> {
        if self.may_not_exist(first, levels, email) {
            return Err(Unknown::new(
                Why::Refused,
                format!(
                    "nothing is held on the project {}, or there is no such project: the identity can't see it",
                    self.session.project
                ),
            ));
        }
        Ok(self
            .requirements
            .iter()
            .map(|requirement| {
                let permission = &requirement.permission;
                let answer = first.project.answer(permission);
                let below: Vec<&Asked> = levels
                    .iter()
                    .filter(|asked| requirement.grantable_at.contains(&asked.level))
                    .collect();
                if asks_below(&answer) && !below.is_empty() {
                    let answers = levels::below(permission, &below);
                    if !answers.is_empty() {
                        return answers;
                    }
                }
                vec![Answered {
                    level: Level::Project,
                    resource: format!("projects/{}", self.session.project),
                    answer,
                }]
            })
            .collect())
    }

    /// Google hides a project from whoever may see nothing of it: it answers as if it were not
    /// there, or as if nothing were held.
    fn may_not_exist(&self, first: &First, levels: &[Asked], email: Option<&str>) -> bool {
        let denied = |failed: &Failed| failed.denial != Denial::None;
        let hidden =
            first.project.holds_nothing() || first.project.failed.as_ref().is_some_and(denied);
        let unreadable = first.read.as_ref().is_err_and(denied);
        // An account or a bucket can live in another project and says nothing about this one.
        let inside = format!("projects/{}/", self.session.project);
        let held_below = levels
            .iter()
            .flat_map(|asked| &asked.places)
            .any(|(place, tested)| place.name.starts_with(&inside) && tested.holds_something());
        let listed = first
            .buckets
            .as_ref()
            .is_some_and(|buckets| buckets.as_ref().is_ok_and(|found| !found.is_empty()));
        // An account that signs in lives in a project that exists.
        let own = email.and_then(project_of) == Some(self.session.project.as_str());
        hidden && unreadable && !held_below && !listed && !own
    }

    /// Sentences that explain a result which would surprise.
    fn notes(&self, first: &First, levels: &[Asked], caller: Option<&str>) -> Vec<String> {
        let mut notes = Vec::new();
        if self.is_basic_role(first) {
            notes.push("this is how the basic roles owner and editor look: on the project they hold nothing inside buckets; they work on a bucket through its own policy, which names them when the bucket is made, so each bucket is asked".to_owned());
        }
        for (place, tested) in levels
            .iter()
            .filter(|asked| asked.level == Level::ServiceAccount)
            .flat_map(|asked| &asked.places)
        {
            let email = place.name.rsplit('/').next().unwrap_or_default();
            if tested.holds_nothing() {
                let member = match caller {
                    Some(caller) if credentials::is_service_account(caller) => {
                        format!("serviceAccount:{caller}")
                    }
                    Some(caller) if caller.contains('@') => format!("user:{caller}"),
                    _ => "MEMBER".to_owned(),
                };
                notes.push(format!(
                    "services run as {email}; to let the tested identity deploy as it: gcloud iam service-accounts add-iam-policy-binding {email} --member {member} --role roles/iam.serviceAccountUser --project {}",
                    project_of(email).unwrap_or(&self.session.project)
                ));
            }
        }
        notes
    }

    fn is_basic_role(&self, first: &First) -> bool {
        let lacks = |permission: &str| {
            permission.starts_with("storage.objects.") || permission == "storage.buckets.get"
        };
        let mut lacking = false;
        for requirement in self.requirements {
            let answer = first.project.answer(&requirement.permission);
            if lacks(&requirement.permission) {
                if !matches!(answer, Answer::Denied(_)) {
                    return false;
                }
                lacking = true;
            } else if !matches!(answer, Answer::Allowed { .. }) {
                return false;
            }
        }
        lacking
    }

    /// What beside permissions has to be right.
    fn readiness(&self, first: &First) -> Vec<Readiness> {
        if !self.options.readiness {
            return Vec::new();
        }
        let mut all = first.apis.clone();
        for (email, read) in &first.accounts {
            all.push(readiness::account(email, read));
        }
        if let Some(buckets) = &first.buckets {
            all.extend(readiness::buckets(buckets));
        }
        all
    }
}

/// Whether a project's answer leaves it open that the permission is held below.
fn asks_below(answer: &Answer) -> bool {
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

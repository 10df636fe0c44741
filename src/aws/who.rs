//! Who is asked about, found out and put to the simulator: the caller's principal and the execution
//! role.

use std::time::Duration;

use aws_sdk_iam::Client as Iam;
use aws_sdk_sts::Client as Sts;
use tokio::time::Instant;

use super::arn::{Arn, Caller};
use super::failure::Failed;
use super::identity::{self, Principal, RoleLookup};
use super::simulation::{self, Simulated};
use super::trust::Trust;
use super::{Options, Place, credentials, patience, principal_arn, reading};
use crate::environment::Environment;
use crate::error::{Error, ErrorKind};
use crate::holder::Holder;
use crate::http::Http;
use crate::permission::Subject;
use crate::plan::Question;
use crate::verdict::{Answer, Cause, Unknown, Why};

/// Who is asked about.
#[derive(Debug)]
pub(crate) struct Who {
    iam: Iam,
    sts: Sts,
    /// The caller, where it is known; with a given principal it is found out beside the questions.
    pub(crate) caller: Option<String>,
    /// How the credentials were found.
    pub(crate) source: String,
    /// The account that is checked.
    pub(crate) account: String,
    /// The ARN of the execution role, as it is or as it would be.
    pub(crate) role_arn: String,
    /// Whether the execution role's trust policy lets Lambda assume it, where that was looked up.
    pub(crate) trust: Option<Trust>,
    user: Principal,
    role: Principal,
    /// Hints and refused look-ups.
    pub(crate) notes: Vec<String>,
}

/// Why nobody could be asked about.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The call is wrong: the run ends with exit code 2.
    Call(Error),
    /// The world did not answer: everything is `unknown`.
    World {
        reason: Unknown,
        hint: Option<String>,
    },
}

impl From<Failed> for Stop {
    fn from(failed: Failed) -> Self {
        Self::World {
            reason: failed.unknown,
            hint: Some(failed.hint).filter(|hint| !hint.is_empty()),
        }
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        match error.kind {
            ErrorKind::Call => Self::Call(error),
            ErrorKind::World => Self::World {
                reason: Unknown::new(Why::Credentials, error.message),
                hint: error.hint,
            },
        }
    }
}

/// Finds credentials, the caller and the principals.
pub(crate) async fn identify(
    options: &Options,
    place: &Place,
    environment: &Environment,
    http: &Http,
) -> Result<Who, Stop> {
    let region = place.regions.first().map_or("us-east-1", String::as_str);
    let session = credentials::open(options, environment, http, region).await?;
    let iam = Iam::new(&session.config);
    let sts = Sts::new(&session.config);
    let needs_role = options.subjects.contains(&Subject::Role);
    let look_up_time = options.timeout / 4;
    let look_up_role = async {
        if needs_role {
            Some(identity::role(&iam, &options.role_name, look_up_time).await)
        } else {
            None
        }
    };
    let most = Duration::from_secs(24 * 60 * 60);
    let until = Instant::now() + options.timeout.min(most).mul_f64(0.8);
    let patient = patience::is_wanted(&iam);
    let who_calls = || patience::with(patient, until, || identity::caller(&sts));
    let given = options
        .principal
        .as_deref()
        .map(principal_arn)
        .transpose()?;
    let mut notes = session.notes;
    let (caller, role_lookup, user) = match given {
        // The account stands in the ARN, so nothing has to wait for the caller's name.
        Some(arn) => {
            let asked = async {
                if options.subjects.contains(&Subject::User) {
                    identity::principal(&iam, &arn, region, look_up_time).await
                } else {
                    (Principal::Known(vec![arn.clone()]), None)
                }
            };
            let caller = async {
                match options.expect_account {
                    Some(_) => who_calls().await.map(Some),
                    None => Ok(None),
                }
            };
            let (caller, role_lookup, (user, note)) = tokio::join!(caller, look_up_role, asked);
            notes.extend(note);
            (caller?, role_lookup, Some((arn, user)))
        }
        None => {
            let (caller, role_lookup) = tokio::join!(who_calls(), look_up_role);
            (Some(caller?), role_lookup, None)
        }
    };
    if let Some(caller) = &caller {
        expect_account(options, caller)?;
        expect_partition(place, caller)?;
    }
    let (arn, user) = match (user, &caller) {
        (Some((arn, user)), _) => (arn, user),
        (None, Some(caller)) => {
            let (user, note) = if options.subjects.contains(&Subject::User) {
                identity::principal(&iam, caller, region, look_up_time).await
            } else {
                (Principal::Known(vec![caller.clone()]), None)
            };
            notes.extend(note);
            (caller.clone(), user)
        }
        (None, None) => {
            return Err(Stop::World {
                reason: Unknown::new(Why::UnknownIdentity, "the caller is not known"),
                hint: None,
            });
        }
    };
    let mut role_trust = None;
    let would_be = arn.sibling(format!("role/{}", options.role_name));
    let (role_arn, role) = match role_lookup {
        None => (would_be.clone(), Principal::Known(vec![would_be])),
        Some(RoleLookup::Found(found, trust)) => {
            role_trust = Some(trust);
            (found.clone(), Principal::Known(vec![found]))
        }
        Some(RoleLookup::Missing) => (
            would_be,
            Principal::Missing(Cause::NoSuchPrincipal {
                principal: format!("the role {}", options.role_name),
            }),
        ),
        Some(RoleLookup::Unseen(_)) => {
            notes.push(format!(
                "the execution role {} could not be looked up (iam:GetRole): it was asked about as {would_be}",
                options.role_name
            ));
            (would_be.clone(), Principal::Known(vec![would_be]))
        }
    };
    Ok(Who {
        iam,
        sts,
        caller: caller.map(|caller| caller.to_string()),
        source: session.source,
        account: arn.account,
        role_arn: role_arn.to_string(),
        trust: role_trust,
        user,
        role,
        notes,
    })
}

fn expect_account(options: &Options, caller: &Arn) -> Result<(), Stop> {
    match &options.expect_account {
        Some(expected) if *expected != caller.account => Err(Stop::Call(
            Error::call(format!(
                "the credentials belong to account {}, not to the expected {expected} ({caller})",
                caller.account
            ))
            .hint(
                "choose other credentials with --profile, or another account with --expect-account",
            ),
        )),
        _ => Ok(()),
    }
}

fn expect_partition(place: &Place, caller: &Arn) -> Result<(), Stop> {
    if caller.partition == place.partition.name() {
        return Ok(());
    }
    Err(Stop::Call(
        Error::call(format!(
            "the account belongs to the partition {}, the region {} ({}) to {}",
            caller.partition,
            place.regions.join(", "),
            place.source,
            place.partition.name()
        ))
        .hint("name a region of the account's partition with --region"),
    ))
}

impl Who {
    fn principal(&self, subject: Subject) -> &Principal {
        match subject {
            Subject::Role => &self.role,
            Subject::User | Subject::ServiceAccount => &self.user,
        }
    }

    /// The ARN of the user that is asked about, where it is a user.
    pub(crate) fn user_arn(&self) -> Option<String> {
        match &self.user {
            Principal::Known(arns) => arns
                .iter()
                .find(|arn| Caller::of(arn) == Caller::User)
                .map(ToString::to_string),
            Principal::Missing(_) | Principal::NotSimulable(_) => None,
        }
    }

    /// The name of the principal that stands for a subject.
    pub(crate) fn name(&self, subject: Subject) -> String {
        match self.principal(subject) {
            Principal::Known(arns) => arns.first().map(ToString::to_string).unwrap_or_default(),
            Principal::Missing(Cause::NoSuchPrincipal { principal }) => {
                format!("{principal} (does not exist)")
            }
            Principal::Missing(_) | Principal::NotSimulable(_) => {
                self.caller.clone().unwrap_or_default()
            }
        }
    }

    /// Asks every question about the principal of its subject. The answers come in the order of
    /// the questions, with a hint where something failed.
    pub(crate) async fn ask(
        &mut self,
        questions: &[Question],
        deadline: Instant,
    ) -> (Vec<Answer>, Option<String>) {
        if self.caller.is_some() {
            let simulated = self.simulate(questions, deadline).await;
            return self.learn(simulated);
        }
        let (simulated, caller) = tokio::join!(
            self.simulate(questions, deadline),
            tokio::time::timeout_at(deadline, identity::caller(&self.sts))
        );
        let (answers, hint) = self.learn(simulated);
        match caller {
            Ok(Ok(caller)) => {
                if caller.account != self.account {
                    self.notes.push(format!(
                        "the principal belongs to account {}, the caller to {}: the simulator answers only within one account",
                        self.account, caller.account
                    ));
                }
                self.caller = Some(caller.to_string());
            }
            Ok(Err(_)) | Err(_) => self
                .notes
                .push("who is calling could not be found out (sts:GetCallerIdentity)".to_owned()),
        }
        (answers, hint)
    }

    /// Keeps what the answers say of those who were asked about.
    fn learn(&mut self, simulated: Simulated) -> (Vec<Answer>, Option<String>) {
        self.notes.extend(simulated.notes);
        for principal in [&mut self.user, &mut self.role] {
            if let Principal::Known(arns) = principal
                && let Some(found) = arns.iter().find(|arn| simulated.found.contains(arn))
            {
                *principal = Principal::Known(vec![found.clone()]);
            }
        }
        (simulated.answers, simulated.hint)
    }

    /// Reads the policies of those for whose questions the simulator was refused, where they may be
    /// read.
    pub(crate) async fn read_policies(
        &self,
        subjects: &[Subject],
        deadline: Instant,
    ) -> Vec<(Subject, Holder)> {
        let account = self.caller.as_deref().and_then(Arn::parse);
        let account = account.as_ref().map(|arn| arn.account.as_str());
        let of = |subject: Subject| async move {
            match self.principal(subject) {
                Principal::Known(arns) if subjects.contains(&subject) => {
                    reading::read(&self.iam, arns, account, deadline).await
                }
                _ => None,
            }
        };
        let (user, role) = tokio::join!(of(Subject::User), of(Subject::Role));
        user.map(|holder| (Subject::User, holder))
            .into_iter()
            .chain(role.map(|holder| (Subject::Role, holder)))
            .collect()
    }

    async fn simulate(&self, questions: &[Question], deadline: Instant) -> Simulated {
        let mut answers: Vec<Option<Answer>> = Vec::with_capacity(questions.len());
        let mut open: Vec<(&Question, &[Arn])> = Vec::new();
        for question in questions {
            match self.principal(question.subject) {
                Principal::Known(arns) => {
                    answers.push(None);
                    open.push((question, arns));
                }
                Principal::Missing(cause) => answers.push(Some(Answer::Denied(cause.clone()))),
                Principal::NotSimulable(why) => {
                    answers.push(Some(Answer::Undetermined(why.clone())));
                }
            }
        }
        let mut simulated = simulation::ask(&self.iam, &open, deadline).await;
        let mut simulated_answers = std::mem::take(&mut simulated.answers).into_iter();
        simulated.answers = answers
            .into_iter()
            .map(|answer| {
                answer
                    .or_else(|| simulated_answers.next())
                    .unwrap_or_else(|| {
                        Answer::Undetermined(Unknown::new(Why::Unanswered, "this was not answered"))
                    })
            })
            .collect();
        simulated
    }
}

//! What the answers of one check mean together.

use super::credentials::{is_service_account, project_of};
use super::failure::{Denial, Failed};
use super::levels::{self, Asked};
use super::readiness;
use super::work::{First, Work, asks_below};
use crate::judge::levels::Answered;
use crate::permission::Level;
use crate::report::Readiness;
use crate::verdict::{Answer, Unknown, Why};

impl Work<'_> {
    /// One list of answers per requirement, or the one finding that there may be no such project.
    pub(super) fn answers(
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
    pub(super) fn notes(
        &self,
        first: &First,
        levels: &[Asked],
        caller: Option<&str>,
    ) -> Vec<String> {
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
                    Some(caller) if is_service_account(caller) => {
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
    pub(super) fn readiness(&self, first: &First) -> Vec<Readiness> {
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

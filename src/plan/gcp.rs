//! Questions for Google Cloud.

use super::{Form, Question};
use crate::permission::Requirement;

/// The questions for Google Cloud requirements: each is asked on the project.
#[must_use]
pub fn gcp_questions(requirements: &[Requirement], project: &str) -> Vec<Question> {
    requirements
        .iter()
        .enumerate()
        .map(|(index, requirement)| Question {
            subject: requirement.subject,
            requirement: index,
            permission: requirement.permission.clone(),
            resource: format!("projects/{project}"),
            form: Form::Exact,
            context: Vec::new(),
        })
        .collect()
}

//! Questions for Google Cloud.

use super::{Form, Question};
use crate::permission::Requirement;

/// The questions for Google Cloud requirements.
///
/// Each is asked on the project first, and where it is not held there, on the resources below it
/// that it may be granted on. `resources` are those that decide, per requirement.
#[must_use]
pub fn gcp_questions(requirements: &[Requirement], resources: &[Vec<String>]) -> Vec<Question> {
    requirements
        .iter()
        .zip(resources)
        .enumerate()
        .flat_map(|(index, (requirement, resources))| {
            resources.iter().map(move |resource| Question {
                subject: requirement.subject,
                requirement: index,
                permission: requirement.permission.clone(),
                resource: resource.clone(),
                form: Form::Exact,
                context: Vec::new(),
            })
        })
        .collect()
}

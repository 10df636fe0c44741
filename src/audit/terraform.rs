//! The check of a member of Google Cloud by a Terraform plan or state, without any project.

use super::{Terms, bindings::judge};
use crate::bindings::{self, InTerraform, Member, Options};
use crate::error::Error;
use crate::input::Input;
use crate::offline::read_terraform;
use crate::report::Report;
use crate::terraform::GoogleWanted;
use crate::verdict::Source;
use crate::version::Applied;

/// What a Terraform plan or state can't show.
const BLIND_SPOTS: &[&str] = &[
    "Terraform's files show what Terraform manages: what was granted or denied by other means, and what other configurations manage, is not seen",
    "a plan is of the moment in which it was made, and a state of the last refresh",
    "below the project, only the member's own service account and the buckets and services of the file with Remotion's names count",
    "principal access boundary policies, organization policies and VPC Service Controls are not judged",
    "conditions are not evaluated, and who is in a group or domain is not known",
    "access control lists of buckets and their objects",
];

/// Judges a plan or state, and the files of the options beside it.
///
/// # Errors
///
/// A wrong call: a file that can't be read or is not what its flag says, or a member or project
/// that is none or not clear.
pub(super) fn check(
    given: &InTerraform,
    options: &Options,
    applied: &Applied,
    terms: &Terms,
) -> Result<Report, Error> {
    let terraform = read_terraform(&given.file, &mut Input::default())?;
    let found = terraform.google(&GoogleWanted {
        project: options.project.as_deref(),
        member: (!options.member.is_empty()).then_some(options.member.as_str()),
        address: given.address.as_deref(),
    })?;
    let member = Member::parse(&found.member)?;
    let given = bindings::beside(options, found.policies)?;
    let options = Options {
        project: found.project,
        ..options.clone()
    };
    let mut audit = judge(
        &given.policies,
        &member,
        &options,
        Source::GcpTerraform,
        applied,
        terms,
    )?;
    audit.tested.files = vec![terraform.name().to_owned()];
    audit.tested.files.extend(given.files);
    audit.blind_spots = BLIND_SPOTS.to_vec();
    audit.notes.extend(terraform.notes());
    Ok(Report::of(audit))
}

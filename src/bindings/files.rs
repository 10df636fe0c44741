//! Files with policies and roles, as flags name them.

use std::path::{Path, PathBuf};

use super::reader::{self, Source, is_role};
use super::{AllowPolicy, Binding, DenyPolicy, KINDS, Place, Policies};
use crate::error::Error;
use crate::input::{Input, name_of};
use crate::permission::Level;
use crate::text::one_line;

/// What is asked for: whose permissions, by which files.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Options {
    /// The allow policies of the project and of what stands above it; `-` is the standard input.
    pub iam_policies: Vec<PathBuf>,
    /// A Terraform plan or state in their place.
    pub terraform: Option<InTerraform>,
    /// Whose permissions, such as `serviceAccount:remotion-sa@my-project.iam.gserviceaccount.com`;
    /// empty where Terraform's file says it.
    pub member: String,
    /// The project's id or number.
    pub project: Option<String>,
    /// Roles: `FILE`, or `ROLE=FILE` for a file that does not name its role.
    pub role_definitions: Vec<String>,
    /// Deny policies of the project and of what stands above it.
    pub deny_policies: Vec<PathBuf>,
    /// Allow policies below the project: `KIND=FILE`.
    pub resource_policies: Vec<String>,
    /// Look for what is held beyond the need.
    pub excess: bool,
    /// Holding more than is needed fails the check.
    pub fail_on_excess: bool,
}

/// A Terraform plan or state, as `terraform show -json` prints it, and who in it is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InTerraform {
    /// The file; `-` is the standard input.
    pub file: PathBuf,
    /// The address of the service account.
    pub address: Option<String>,
}

/// In MiB; no policy comes near this size.
const LARGEST: u64 = 10;

const ALLOW_HINT: &str =
    "give the output of gcloud projects get-iam-policy, as JSON or YAML, whole and unchanged";

const RESOURCE_HINT: &str = "give the output of gcloud iam service-accounts get-iam-policy, gcloud run services get-iam-policy or gcloud storage buckets get-iam-policy, as JSON or YAML, whole and unchanged";

const DENY_HINT: &str = "give the output of gcloud iam policies get --kind=denypolicies, as JSON or YAML, whole and unchanged";

const ROLE_HINT: &str =
    "give the output of gcloud iam roles describe or of remperm policies service-account";

/// What was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Given {
    pub(crate) policies: Policies,
    /// The files, as they were given.
    pub(crate) files: Vec<String>,
}

/// Reads all files.
///
/// # Errors
///
/// A file that can't be read, or is not what its flag says (call).
pub(crate) fn read(options: &Options) -> Result<Given, Error> {
    if options.iam_policies.is_empty() {
        return Err(Error::call("no allow policy was given").hint(ALLOW_HINT));
    }
    beside(options, Policies::default())
}

/// Reads all files, beside policies that were found elsewhere.
///
/// # Errors
///
/// As [`read`].
pub(crate) fn beside(options: &Options, mut policies: Policies) -> Result<Given, Error> {
    let mut files = Files::default();
    for path in &options.iam_policies {
        let (name, bytes) = files.read(path, "an allow policy", ALLOW_HINT)?;
        let source = Source {
            name: &name,
            what: "an allow policy",
            hint: ALLOW_HINT,
        };
        let (bindings, owner) = reader::allow_policy(&source, &bytes)?;
        if let Some(owner) = owner {
            return Err(Error::call(format!(
                "{name} is the policy of {}, not of a project",
                one_line(&owner)
            ))
            .hint(format!("give it as --resource-policy bucket={name}")));
        }
        policies.allow.push(AllowPolicy {
            name,
            place: Place::Project,
            bindings,
        });
    }
    for given in &options.resource_policies {
        policies.allow.push(resource_policy(&mut files, given)?);
    }
    for path in &options.deny_policies {
        let (name, bytes) = files.read(path, "a deny policy", DENY_HINT)?;
        let source = Source {
            name: &name,
            what: "a deny policy",
            hint: DENY_HINT,
        };
        let rules = reader::deny_policy(&source, &bytes)?;
        policies.deny.push(DenyPolicy { name, rules });
    }
    for given in &options.role_definitions {
        // A file can be named with `=` too; the name of a role can't be mistaken.
        let (role, path) = match given.split_once('=') {
            Some((role, path)) if is_role(role) => (Some(role), path),
            _ => (None, given.as_str()),
        };
        let (name, bytes) = files.read(Path::new(path), "a role", ROLE_HINT)?;
        let source = Source {
            name: &name,
            what: "a role",
            hint: ROLE_HINT,
        };
        let definition = reader::role_definition(&source, &bytes, role)?;
        if policies.roles.iter().any(|one| one.name == definition.name) {
            return Err(Error::call(format!(
                "the role {} is given twice, the second time in {name}",
                one_line(&definition.name)
            ))
            .hint("give each role once"));
        }
        policies.roles.push(definition);
    }
    Ok(Given {
        policies,
        files: files.names,
    })
}

/// The bindings of an allow policy that stands in another file; `name` is what messages call it.
///
/// # Errors
///
/// It is no allow policy (call).
pub(crate) fn bindings_of(name: &str, text: &str) -> Result<Vec<Binding>, Error> {
    let source = Source {
        name,
        what: "an allow policy",
        hint: "mend the policy",
    };
    Ok(reader::allow_policy(&source, text.as_bytes())?.0)
}

fn resource_policy(files: &mut Files, given: &str) -> Result<AllowPolicy, Error> {
    let of_kind = given.split_once('=').and_then(|(kind, path)| {
        let (_, level) = KINDS.iter().find(|(name, _)| *name == kind)?;
        Some((*level, path))
    });
    let Some((level, path)) = of_kind else {
        return Err(Error::call(format!(
            "{:?} for --resource-policy does not begin with a kind of resource",
            one_line(given)
        ))
        .hint("write service-account=FILE, run-service=FILE or bucket=FILE"));
    };
    let (name, bytes) = files.read(Path::new(path), "an allow policy", RESOURCE_HINT)?;
    let source = Source {
        name: &name,
        what: "an allow policy",
        hint: RESOURCE_HINT,
    };
    let (bindings, owner) = reader::allow_policy(&source, &bytes)?;
    // Cloud Storage alone says in a policy whose it is.
    if let (Some(owner), true) = (&owner, level != Level::Bucket) {
        return Err(Error::call(format!(
            "{name} is the policy of {}, not of a {}",
            one_line(owner),
            level.name()
        ))
        .hint(format!("give it as --resource-policy bucket={name}")));
    }
    let resource = owner.map_or_else(
        || format!("the {} of {name}", level.name()),
        |owner| one_line(&owner),
    );
    Ok(AllowPolicy {
        place: Place::Below(level, resource),
        name,
        bindings,
    })
}

/// Reads files, and remembers which.
#[derive(Default)]
struct Files {
    input: Input,
    names: Vec<String>,
}

impl Files {
    fn read(&mut self, path: &Path, what: &str, hint: &str) -> Result<(String, Vec<u8>), Error> {
        let name = name_of(path);
        let wrong = |problem: String| {
            Error::call(format!("can't read {what} from {name}: {problem}")).hint(hint)
        };
        if self.names.contains(&name) {
            return Err(wrong("it is given twice".to_owned()));
        }
        let bytes = self
            .input
            .read(path, LARGEST)
            .map_err(|error| wrong(error.to_string()))?;
        self.names.push(name.clone());
        Ok((name, bytes))
    }
}

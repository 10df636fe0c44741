//! The AWS policies in files as a source of evidence: nothing of AWS is asked.
//!
//! Reads the files, puts them into their layers, and lets the policy engine ([`crate::iam`])
//! answer the plan's questions.

use std::io::Read;
use std::path::{Path, PathBuf};

use crate::aws::DEFAULT_ROLE_NAME;
use crate::error::Error;
use crate::iam::{
    self, Context, Document, Gap, Layer, Layers, Outcome, PolicyKind, RequiredResource,
    UnknownReason,
};
use crate::manifest::{Product, explained};
use crate::permission::{ResourceKind, Subject};
use crate::plan::{ContextEntry, Question};
use crate::verdict::{Answer, Cause, Unknown, Why};

/// What is asked for: policy files by their layers, and the names that are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Whose permissions the files are checked for.
    pub subject: Option<Subject>,
    /// Identity policies: inline, managed, of groups; `-` is the standard input.
    pub identity_policies: Vec<PathBuf>,
    /// The permissions boundary.
    pub boundary: Option<PathBuf>,
    /// Session policies.
    pub session_policies: Vec<PathBuf>,
    /// Service control policies of one level of the organization.
    pub service_control_policies: Vec<PathBuf>,
    /// Further levels: directories with the policies of one level each.
    pub service_control_levels: Vec<PathBuf>,
    /// The account; open where it is not given.
    pub account: Option<String>,
    /// The regions; open where none is given.
    pub regions: Vec<String>,
    /// The name of the execution role.
    pub role_name: String,
    /// Render buckets.
    pub buckets: Vec<String>,
    /// Render functions.
    pub functions: Vec<String>,
    /// Condition keys that a real call carries.
    pub context: Vec<ContextEntry>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            subject: None,
            identity_policies: Vec::new(),
            boundary: None,
            session_policies: Vec::new(),
            service_control_policies: Vec::new(),
            service_control_levels: Vec::new(),
            account: None,
            regions: Vec::new(),
            role_name: DEFAULT_ROLE_NAME.to_owned(),
            buckets: Vec::new(),
            functions: Vec::new(),
            context: Vec::new(),
        }
    }
}

/// The policies that were read.
#[derive(Debug)]
pub(crate) struct Policies {
    layers: Layers,
    /// The files, as they were given.
    pub(crate) files: Vec<String>,
    /// What the reader says of documents that it let through.
    pub(crate) warnings: Vec<String>,
}

/// IAM takes no document that comes near this size.
const LARGEST: u64 = 10 * 1024 * 1024;

/// Reads all files into their layers.
///
/// # Errors
///
/// A file that can't be read, or that is no policy of its kind.
pub(crate) fn read(options: &Options) -> Result<Policies, Error> {
    let mut reader = Reader::default();
    let mut layers = Layers::new();
    let of_kind = [
        (PolicyKind::Identity, options.identity_policies.as_slice()),
        (PolicyKind::Boundary, options.boundary.as_slice()),
        (PolicyKind::Session, options.session_policies.as_slice()),
    ];
    for (kind, paths) in of_kind {
        for path in paths {
            let document = reader.document(path, kind)?;
            layers.add(document).map_err(|error| {
                Error::call(error.to_string()).hint("give each file to the flag of its kind")
            })?;
        }
    }
    let mut levels: Vec<Vec<PathBuf>> = Vec::new();
    if !options.service_control_policies.is_empty() {
        levels.push(options.service_control_policies.clone());
    }
    for directory in &options.service_control_levels {
        let (files, others) = files_of(directory)?;
        levels.push(files);
        // One of them might be a policy that denies: a pass must not hide that.
        if !others.is_empty() {
            let others: Vec<String> = others
                .iter()
                .map(|path| path.display().to_string())
                .collect();
            reader.warnings.push(format!(
                "not read, as they are no .json files: {}",
                others.join(", ")
            ));
        }
    }
    for level in levels {
        let documents = level
            .iter()
            .map(|path| reader.document(path, PolicyKind::ServiceControl))
            .collect::<Result<Vec<Document>, Error>>()?;
        layers
            .add_service_control_level(documents)
            .map_err(|error| Error::call(error.to_string()).hint("give at least one policy"))?;
    }
    Ok(Policies {
        layers,
        files: reader.files,
        warnings: reader.warnings,
    })
}

/// The JSON files of a directory, and what else is in it, sorted by name.
fn files_of(directory: &Path) -> Result<(Vec<PathBuf>, Vec<PathBuf>), Error> {
    let wrong = |what: String| {
        Error::call(format!(
            "can't read the directory {}: {what}",
            directory.display()
        ))
        .hint("give a directory with the service control policies of one level, as .json files")
    };
    let mut files = Vec::new();
    let mut others = Vec::new();
    for entry in std::fs::read_dir(directory).map_err(|error| wrong(error.to_string()))? {
        let path = entry.map_err(|error| wrong(error.to_string()))?.path();
        let is_json = path
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
        if is_json {
            files.push(path);
        } else {
            others.push(path);
        }
    }
    if files.is_empty() {
        return Err(wrong("it holds no .json file".to_owned()));
    }
    files.sort();
    others.sort();
    Ok((files, others))
}

/// Reads documents, and remembers what was read.
#[derive(Default)]
struct Reader {
    files: Vec<String>,
    warnings: Vec<String>,
    standard_input_is_read: bool,
}

impl Reader {
    fn document(&mut self, path: &Path, kind: PolicyKind) -> Result<Document, Error> {
        let name = if path == Path::new("-") {
            "standard input".to_owned()
        } else {
            path.display().to_string()
        };
        let wrong = |what: String| {
            Error::call(format!("can't read the policy {name}: {what}"))
                .hint("give the JSON file of an IAM policy document")
        };
        let mut bytes = Vec::new();
        if path == Path::new("-") {
            if self.standard_input_is_read {
                return Err(wrong("it can be read only once".to_owned()));
            }
            self.standard_input_is_read = true;
            std::io::stdin()
                .take(LARGEST + 1)
                .read_to_end(&mut bytes)
                .map_err(|error| wrong(error.to_string()))?;
        } else {
            let file = std::fs::File::open(path).map_err(|error| wrong(error.to_string()))?;
            file.take(LARGEST + 1)
                .read_to_end(&mut bytes)
                .map_err(|error| wrong(error.to_string()))?;
        }
        if bytes.len() as u64 > LARGEST {
            return Err(wrong("it is larger than 10 MiB".to_owned()));
        }
        let known: Vec<&str> = explained(Product::Lambda)
            .into_iter()
            .map(|(_, action)| action)
            .collect();
        let (document, warnings) = Document::parse(&name, kind, &bytes, &known)
            .map_err(|error| Error::call(error.to_string()).hint("mend the policy"))?;
        self.warnings
            .extend(warnings.iter().map(ToString::to_string));
        self.files.push(name);
        Ok(document)
    }
}

impl Policies {
    /// The layers that exist in AWS and that were not given.
    pub(crate) fn not_given(&self) -> Vec<&'static str> {
        let given = [
            (self.layers.boundary().is_some(), "a permissions boundary"),
            (!self.layers.session().is_empty(), "session policies"),
            (
                !self.layers.service_control().is_empty(),
                "service control policies",
            ),
        ];
        given
            .into_iter()
            .filter(|(is_given, _)| !is_given)
            .map(|(_, name)| name)
            .collect()
    }

    /// Answers one question by the policies; `acts_on` is the kind of resource of its permission.
    pub(crate) fn answer(&self, question: &Question, acts_on: Option<ResourceKind>) -> Answer {
        let asked = requests_of(&question.resource, acts_on).and_then(|resources| {
            let action = iam::Question::parse(&question.permission, "*")?.action;
            Ok(resources.into_iter().map(move |resource| iam::Question {
                action: action.clone(),
                resource,
            }))
        });
        let asked = match asked {
            Ok(asked) => asked,
            Err(error) => {
                return Answer::Undetermined(Unknown::new(Why::Unanswered, error.to_string()));
            }
        };
        let context = context(question);
        let answers = asked.map(|asked| answer(&iam::evaluate(&self.layers, &asked, &context)));
        // A denial of one form is a denial; an open one leaves the whole open.
        let rank = |answer: &Answer| match answer {
            Answer::Denied(_) => 0,
            Answer::Undetermined(_) => 1,
            Answer::Allowed { .. } => 2,
        };
        answers.min_by_key(rank).unwrap_or_else(|| {
            Answer::Undetermined(Unknown::new(Why::Unanswered, "nothing was asked"))
        })
    }
}

/// The resources that requests of such a permission carry, as the
/// [service authorization reference](https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html)
/// forms their ARNs.
///
/// Names hold no colon, but for keys of objects. Requests about log groups carry the group, with
/// `:log-stream:` and what may stand behind it or without; those about layers carry a
/// version.
fn requests_of(
    resource: &str,
    acts_on: Option<ResourceKind>,
) -> Result<Vec<RequiredResource>, iam::QuestionError> {
    if resource == "*" {
        // A request of an action without resources carries `*`, which a Deny on an ARN does not
        // reach.
        return Ok(vec![match acts_on {
            Some(ResourceKind::Account) => RequiredResource::unscoped(),
            _ => RequiredResource::parse(resource)?,
        }]);
    }
    let names = RequiredResource::of_names;
    let is_pattern = resource
        .splitn(6, ':')
        .nth(5)
        .is_some_and(|name| name.contains(['*', '?']));
    let stream = || {
        let group = resource.strip_suffix(":*").unwrap_or(resource);
        if group.contains(":log-stream:") {
            group.to_owned()
        } else {
            format!("{group}:log-stream:*")
        }
    };
    Ok(match acts_on {
        Some(ResourceKind::Bucket | ResourceKind::Function | ResourceKind::Role) => {
            vec![names(resource)?]
        }
        // What Remotion names exactly, it names as it is.
        Some(ResourceKind::LogGroup | ResourceKind::LogStream) if !is_pattern => {
            vec![names(resource)?]
        }
        Some(ResourceKind::LogGroup | ResourceKind::LogStream) => {
            vec![names(resource)?, names(&stream())?]
        }
        Some(ResourceKind::LayerVersion) => {
            vec![names(resource)?, names(&format!("{resource}:*"))?]
        }
        _ => vec![RequiredResource::parse(resource)?],
    })
}

fn context(question: &Question) -> Context {
    let mut context = Context::new();
    for entry in &question.context {
        context.set(&entry.key, entry.values.iter().cloned());
    }
    context
}

fn answer(outcome: &Outcome) -> Answer {
    match outcome {
        Outcome::Held => Answer::Allowed {
            missing_context: Vec::new(),
        },
        Outcome::NotHeld(not_held) => Answer::Denied(cause(&not_held.gap)),
        Outcome::Unknown(unknown) => {
            let reasons: Vec<String> = unknown.reasons.iter().map(ToString::to_string).collect();
            let undecided = unknown
                .reasons
                .iter()
                .any(|reason| matches!(reason, UnknownReason::Undecided { .. }));
            let detail = reasons.join("; ");
            Answer::Undetermined(if undecided {
                Unknown::new(
                    Why::Condition,
                    format!("{detail}; give them with --context"),
                )
            } else {
                Unknown::new(Why::TooComplex, detail)
            })
        }
    }
}

fn cause(gap: &Gap) -> Cause {
    let witness = gap.witness.clone();
    let of_layer = |layer: Layer, identity: Cause| match layer {
        Layer::Identity => identity,
        Layer::ServiceControl { .. } => Cause::Organization,
        Layer::Boundary => Cause::Boundary,
        Layer::Session => Cause::SessionPolicy,
    };
    let cause = match &gap.cause {
        iam::Cause::ExplicitDeny { statement, .. } => {
            return Cause::ExplicitDeny {
                by: Some(format!("{statement}, for {witness}")),
            };
        }
        iam::Cause::NothingAllows { layer } => of_layer(*layer, Cause::NothingAllows),
        iam::Cause::Conditional { layer, keys, .. } => {
            of_layer(*layer, Cause::Conditions { keys: keys.clone() })
        }
        iam::Cause::Narrower {
            layer,
            held_only_for,
        } => of_layer(
            *layer,
            Cause::Narrower {
                held_for: held_only_for.clone(),
            },
        ),
    };
    match cause {
        // There is nothing to point at where nothing is allowed.
        Cause::NothingAllows => Cause::NothingAllows,
        cause => Cause::NotCovered {
            cause: Box::new(cause),
            witness,
        },
    }
}

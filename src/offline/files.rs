//! Policy files, read into their layers.

use std::path::{Path, PathBuf};

use super::{Holders, Policies};
use crate::aws::DEFAULT_ROLE_NAME;
use crate::error::Error;
use crate::iam::{Document, Layers, PolicyKind};
use crate::input::{Input, name_of};
use crate::permission::Subject;
use crate::plan::ContextEntry;

/// What is asked for: policy files by their layers, and the names that are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Whose permissions are checked. Policy files need it; of holders both are checked where it is
    /// not said.
    pub subject: Option<Subject>,
    /// Where users and roles with their policies come from.
    pub holders: Holders,
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
            holders: Holders::None,
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

/// IAM takes no document that comes near this size, in mebibytes.
const LARGEST: u64 = 10;

/// Reads all policy files into their layers.
///
/// # Errors
///
/// A file that can't be read, or that is no policy of its kind.
pub(super) fn read(options: &Options, input: &mut Input) -> Result<Policies, Error> {
    let mut reader = Reader {
        files: Vec::new(),
        warnings: Vec::new(),
        input,
    };
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
        ..Policies::default()
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
struct Reader<'a> {
    files: Vec<String>,
    warnings: Vec<String>,
    input: &'a mut Input,
}

impl Reader<'_> {
    fn document(&mut self, path: &Path, kind: PolicyKind) -> Result<Document, Error> {
        let name = name_of(path);
        let bytes = self.input.read(path, LARGEST).map_err(|what| {
            Error::call(format!("can't read the policy {name}: {what}"))
                .hint("give the JSON file of an IAM policy document")
        })?;
        let (document, warnings) = super::parse(&name, kind, &bytes)?;
        self.warnings.extend(warnings);
        self.files.push(name);
        Ok(document)
    }
}

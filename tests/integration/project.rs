//! Which version of a package a project has.

use std::fs;
use std::path::{Path, PathBuf};

use remperm::project::{Found, LookUp, NotStable, Outcome, ProjectError, find_package_within};
use tempfile::TempDir;

mod damaged;
mod installed;
mod locked;
mod locked_variants;
mod manifest;
mod walk;

const LAMBDA: &str = "@remotion/lambda";

/// A repository in a temporary directory.
struct Project {
    directory: TempDir,
}

impl Project {
    fn new() -> Self {
        let directory = TempDir::new().unwrap();
        fs::create_dir(directory.path().join(".git")).unwrap();
        Self { directory }
    }

    /// A copy of the files that a package manager wrote.
    fn from_fixture(name: &str) -> Self {
        let project = Self::new();
        let fixture = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/fixtures/project")
            .join(name);
        copy(&fixture, project.directory.path());
        project
    }

    fn with(self, file: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.path(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    fn with_installed(self, directory: &str, version: &str) -> Self {
        let file = format!("{directory}node_modules/@remotion/lambda/package.json");
        let content =
            format!("{{\n  \"name\": \"@remotion/lambda\",\n  \"version\": \"{version}\"\n}}\n");
        self.with(&file, content)
    }

    fn path(&self, file: &str) -> PathBuf {
        self.directory.path().join(file)
    }

    fn look_up_in(&self, directory: &str) -> Result<LookUp, ProjectError> {
        let start = self.path(directory);
        fs::create_dir_all(&start).unwrap();
        find_package_within(&start, LAMBDA, None)
    }

    /// The answer in one line: version, place, kind, disagreements and notes.
    fn answer_in(&self, directory: &str) -> String {
        match self.look_up_in(directory) {
            Ok(look_up) => self.relative(&in_words(&look_up)),
            Err(error) => self.relative(&format!("error: {error}")),
        }
    }

    fn answer(&self) -> String {
        self.answer_in("")
    }

    fn relative(&self, text: &str) -> String {
        let root = self.directory.path().canonicalize().unwrap();
        text.replace(&format!("{}/", root.display()), "")
    }
}

fn in_words(look_up: &LookUp) -> String {
    let mut words = match &look_up.outcome {
        Outcome::Found {
            found,
            disagreements,
        } => {
            let mut words = found_in_words(found);
            for other in disagreements {
                words.push_str(&format!(" ≠ {}", found_in_words(other)));
            }
            words
        }
        Outcome::NotStable(NotStable {
            reason,
            raw,
            file,
            line,
            how,
        }) => format!(
            "{reason:?} `{raw}` {}:{} {how:?}",
            file.display(),
            line.unwrap_or(0)
        ),
        Outcome::NotFound => "not found".to_owned(),
    };
    for note in &look_up.notes {
        words.push_str(&format!(" ({note})"));
    }
    words
}

fn found_in_words(found: &Found) -> String {
    format!(
        "{} {}:{} {:?}",
        found.version,
        found.file.display(),
        found.line.unwrap_or(0),
        found.how
    )
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            fs::create_dir_all(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

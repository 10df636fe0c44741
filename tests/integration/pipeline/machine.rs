//! A machine that a pipeline runs on: a directory to work in, a home, variables, and no more.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::support::program::Run;

/// A machine with a POSIX system's own tools, on which nothing is installed.
pub(super) struct Machine {
    directory: TempDir,
    variables: Vec<(String, String)>,
    paths: Vec<String>,
}

impl Machine {
    /// A new one, with an empty repository in its working directory.
    pub(super) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        for name in ["home", "temp", "work/.git"] {
            std::fs::create_dir_all(directory.path().join(name)).unwrap();
        }
        let machine = Self {
            directory,
            variables: Vec::new(),
            paths: Vec::new(),
        };
        machine
            .variable("AWS_EC2_METADATA_DISABLED", "true")
            .variable("NO_GCE_CHECK", "true")
    }

    /// One that has the built program in its path.
    pub(super) fn with_program() -> Self {
        let program = Path::new(env!("CARGO_BIN_EXE_remperm"));
        let mut machine = Self::new();
        machine.add_path(program.parent().unwrap().to_str().unwrap());
        machine
    }

    /// Sets a variable for everything that runs here.
    pub(super) fn variable(mut self, name: &str, value: impl Into<String>) -> Self {
        self.set(name, value);
        self
    }

    /// Sets variables.
    pub(super) fn variables<K: AsRef<str>>(
        mut self,
        variables: impl IntoIterator<Item = (K, String)>,
    ) -> Self {
        for (name, value) in variables {
            self.set(name.as_ref(), value);
        }
        self
    }

    /// Sets a variable of a machine that is running already.
    pub(super) fn set(&mut self, name: &str, value: impl Into<String>) {
        self.variables.push((name.to_owned(), value.into()));
    }

    /// Puts a directory in front of the path.
    pub(super) fn add_path(&mut self, directory: &str) {
        self.paths.insert(0, directory.to_owned());
    }

    /// Writes a file, by its path from the working directory.
    pub(super) fn file(self, path: &str, content: impl AsRef<[u8]>) -> Self {
        self.write(path, content);
        self
    }

    /// Writes a file of a machine that is running already.
    pub(super) fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.work().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    /// The working directory.
    pub(super) fn work(&self) -> PathBuf {
        self.directory.path().join("work")
    }

    /// A directory for what does not outlive the job.
    pub(super) fn temp(&self) -> PathBuf {
        self.directory.path().join("temp")
    }

    /// Runs a program to its end.
    pub(super) fn run(
        &self,
        program: &str,
        arguments: &[&str],
        directory: &Path,
        variables: &[(&str, &str)],
    ) -> Run {
        let system = "/usr/local/bin:/usr/bin:/bin".to_owned();
        let path: Vec<String> = self.paths.iter().cloned().chain([system]).collect();
        let output = Command::new(program)
            .args(arguments)
            .env_clear()
            .env("PATH", path.join(":"))
            .env("HOME", self.directory.path().join("home"))
            .env("TMPDIR", self.temp())
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .envs(variables.iter().copied())
            .current_dir(directory)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        Run {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Runs a script as the runners of GitHub and GitLab do: it ends with the first command that
    /// fails.
    pub(super) fn bash(&self, script: &str) -> Run {
        self.run(
            "bash",
            &["--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            &self.work(),
            &[],
        )
    }
}

//! Runs the built program with an environment of its own: nothing of the machine that runs the
//! tests reaches it.

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A call of the program, in a new empty directory with a new empty home.
pub(crate) struct Program {
    command: Command,
    directory: TempDir,
    input: Option<Vec<u8>>,
}

/// How a call ended.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Program {
    /// The program with these arguments.
    pub(crate) fn new<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let home = directory.path().join("home");
        let work = directory.path().join("work");
        std::fs::create_dir(&home).expect("a home");
        // A repository's root: the search for a version must not leave the directory.
        std::fs::create_dir_all(work.join(".git")).expect("a working directory");
        let mut command = Command::new(env!("CARGO_BIN_EXE_remperm"));
        command
            .args(arguments)
            .env_clear()
            .env("HOME", &home)
            .env("PATH", "/usr/bin:/bin")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .current_dir(&work);
        Self {
            command,
            directory,
            input: None,
        }
    }

    /// Adds an argument.
    pub(crate) fn arg(self, argument: impl AsRef<OsStr>) -> Self {
        self.arguments([argument])
    }

    /// Adds arguments.
    pub(crate) fn arguments<S: AsRef<OsStr>>(
        mut self,
        arguments: impl IntoIterator<Item = S>,
    ) -> Self {
        self.command.args(arguments);
        self
    }

    /// Sets a variable.
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Sets variables.
    pub(crate) fn envs<K: AsRef<OsStr>, V: AsRef<OsStr>>(
        mut self,
        variables: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        self.command.envs(variables);
        self
    }

    /// Writes a file of the working directory.
    pub(crate) fn file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        write(
            &self.directory.path().join("work").join(name),
            content.as_ref(),
        );
        self
    }

    /// Writes a file of the home directory.
    pub(crate) fn home_file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        write(
            &self.directory.path().join("home").join(name),
            content.as_ref(),
        );
        self
    }

    /// The working directory.
    pub(crate) fn work(&self) -> PathBuf {
        self.directory.path().join("work")
    }

    /// What the program reads on its standard input.
    pub(crate) fn input(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.input = Some(bytes.into());
        self
    }

    /// The command itself, for whom its ends matter; the directories live as long as `self`.
    pub(crate) fn command(&mut self) -> &mut Command {
        self.command.stdin(Stdio::null())
    }

    /// Runs it to its end.
    pub(crate) fn run(mut self) -> Run {
        self.command
            .stdin(if self.input.is_some() {
                Stdio::piped()
            } else {
                Stdio::null()
            })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = self.command.spawn().expect("the program starts");
        if let Some(input) = self.input {
            let mut stdin = child.stdin.take().expect("a standard input");
            // A program that ends before it has read everything is no fault of the test.
            let _ = stdin.write_all(&input);
        }
        let output = child.wait_with_output().expect("the program ends");
        let run = Run {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("stdout in UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("stderr in UTF-8"),
        };
        assert!(
            !run.stderr.contains("panicked") && run.code.is_some(),
            "it panicked: {run:?}"
        );
        run
    }
}

fn write(path: &Path, content: &[u8]) {
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("the folder");
    std::fs::write(path, content).expect("the file");
}

impl Run {
    /// Holds the run to an exit code.
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(
            self.code,
            Some(code),
            "stdout:\n{}\nstderr:\n{}",
            self.stdout,
            self.stderr
        );
        self
    }

    /// The report of `--format json`, valid by its schema, with the exit code that it names.
    #[track_caller]
    pub(crate) fn report(&self) -> Value {
        let report: Value = serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error} in {}\n{}", self.stdout, self.stderr));
        super::schema::assert_valid("report.schema.json", &report);
        assert_eq!(
            report.get("exit_code").and_then(Value::as_i64),
            self.code.map(i64::from)
        );
        report
    }

    /// The findings of such a report.
    #[track_caller]
    pub(crate) fn findings(&self) -> Vec<Finding> {
        let report = self.report();
        let audits = report
            .get("audits")
            .and_then(Value::as_array)
            .expect("audits");
        audits
            .iter()
            .flat_map(|audit| {
                audit
                    .get("findings")
                    .and_then(Value::as_array)
                    .expect("findings")
            })
            .map(Finding::of)
            .collect()
    }
}

/// A finding of a JSON report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) subject: String,
    pub(crate) permission: String,
    pub(crate) scope: String,
    pub(crate) status: String,
    /// The cause of a `fail`, or the kind of `unknown`; empty for a pass.
    pub(crate) why: String,
    pub(crate) detail: String,
    pub(crate) asked: Vec<String>,
}

impl Finding {
    fn of(json: &Value) -> Self {
        let text = |key: &str| {
            json.get(key)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        Self {
            subject: text("subject"),
            permission: text("permission"),
            scope: text("scope"),
            status: text("status"),
            why: format!("{}{}", text("cause"), text("unknown")),
            detail: text("detail"),
            asked: json
                .get("asked")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
                .filter_map(|one| Some(one.as_str()?.to_owned()))
                .collect(),
        }
    }
}

//! The action, run as GitHub's runner runs it.

use std::path::Path;

use serde_json::Value;

use super::clouds::{USER, aws, take_away};
use super::release::VERSION;
use super::runner::{Acted, Job};
use crate::support::aws::{Caller, RunningAws};

/// A job with the credentials of the user.
fn job(aws: &RunningAws) -> Job {
    let mut job = Job::new();
    for (name, value) in aws.environment(&Caller::user(USER)) {
        job.machine.set(name, value);
    }
    job
}

const ARGS: (&str, &str) = ("args", "aws check --subject user");

fn sarif(acted: &Acted) -> Value {
    let path = &acted.outputs["sarif-file"];
    assert!(Path::new(path).is_absolute(), "{path:?} in {acted:?}");
    let sarif: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    assert_eq!(sarif["version"], "2.1.0");
    sarif
}

fn failures(sarif: &Value) -> usize {
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    results.iter().filter(|one| one["level"] == "error").count()
}

#[test]
pub(super) fn what_is_held_passes() {
    let aws = aws();
    let mut job = job(&aws);
    let acted = job.act(&[ARGS, ("markdown-file", "out/permissions.md")]);
    assert_eq!(acted.code, 2, "the folder of a report has to be there");
    std::fs::create_dir(job.machine.work().join("out")).unwrap();
    let acted = job.act(&[ARGS, ("markdown-file", "out/permissions.md")]);
    assert_eq!(acted.code, 0, "{acted:?}");
    assert_eq!(acted.outputs["exit-code"], "0");
    assert_eq!(failures(&sarif(&acted)), 0);
    let markdown = std::fs::read_to_string(&acted.outputs["markdown-file"]).unwrap();
    assert!(job.summary().contains(markdown.trim()), "{}", job.summary());
    let installed = job.machine.temp().join(format!("remperm-{VERSION}"));
    assert!(job.paths().lines().all(|line| Path::new(line) == installed));
    let later = job.machine.bash("remperm --version").expect(0);
    assert_eq!(later.stdout, format!("remperm {VERSION}\n"));
}

#[test]
fn what_is_missing_fails_the_step_and_is_annotated() {
    let aws = aws();
    take_away(&aws, USER, "iam:PassRole");
    let mut job = job(&aws);
    let acted = job.act(&[ARGS]);
    assert_eq!(acted.code, 1, "{acted:?}");
    assert_eq!(acted.outputs["exit-code"], "1");
    assert!(failures(&sarif(&acted)) > 0);
    assert!(acted.stdout.contains("::error "), "{}", acted.stdout);
    assert!(acted.stdout.contains("iam:PassRole"));
    assert!(job.summary().contains("iam:PassRole"));
}

#[test]
fn what_is_unknown_fails_the_step() {
    let mut job = Job::new();
    let acted = job.act(&[ARGS]);
    assert_eq!(acted.code, 3, "{acted:?}");
    assert_eq!(acted.outputs["exit-code"], "3");
    sarif(&acted);
}

/// Everything that a shell could make something of goes to the program as it is, or is refused.
#[test]
pub(super) fn no_shell_reads_the_arguments() {
    let aws = aws();
    let mut job = job(&aws);
    for args in [
        "aws check; touch pwned",
        "aws check $(touch pwned) `touch pwned`",
        "aws check --subject user && touch pwned",
        "aws check\ntouch pwned",
        "aws check > pwned",
        "aws check *",
        "aws check \"; touch pwned; \"",
        "aws check '$(touch pwned)'",
        "aws check \\\ntouch",
        "",
        " \n ",
    ] {
        let acted = job.act(&[("args", args)]);
        assert_eq!(acted.code, 2, "{args:?}: {acted:?}");
        assert_eq!(acted.outputs["exit-code"], "2", "{args:?}");
        assert!(!job.machine.work().join("pwned").exists(), "{args:?}");
    }
    for name in ["sarif-file", "markdown-file"] {
        let acted = job.act(&[ARGS, (name, "$(touch pwned)")]);
        assert_eq!(acted.code, 0, "{acted:?}");
        assert!(job.machine.work().join("$(touch pwned)").exists());
        assert!(!job.machine.work().join("pwned").exists(), "{name}");
    }
}

/// A call that ends well without having checked anything would be a green step.
#[test]
fn what_checks_nothing_is_no_pass() {
    let aws = aws();
    let mut job = job(&aws);
    for args in [
        "aws check --help",
        "--version",
        "aws check --subject user --version",
        "policies user",
        "help",
    ] {
        for sarif in ["remperm.sarif", ""] {
            let acted = job.act(&[("args", args), ("sarif-file", sarif)]);
            assert_eq!(acted.code, 2, "{args:?}: {acted:?}");
            assert_eq!(acted.outputs["exit-code"], "2", "{args:?}");
            assert_eq!(acted.outputs["sarif-file"], "", "{args:?}");
        }
    }
}

/// Who uploads what an earlier run left would show findings that are no longer true.
#[test]
fn an_old_report_does_not_outlive_a_call_that_fails() {
    let aws = aws();
    let mut job = job(&aws);
    let first = job.act(&[ARGS]);
    let file = Path::new(&first.outputs["sarif-file"]).to_owned();
    assert!(file.exists());
    let second = job.act(&[("args", "aws check --no-such-flag")]);
    assert_eq!(second.code, 2);
    assert_eq!(second.outputs["sarif-file"], "");
    assert!(!file.exists());
    let directory = job.act(&[ARGS, ("sarif-file", ".git")]);
    assert_eq!(directory.code, 2);
    assert!(job.machine.work().join(".git").exists());
}

#[test]
fn it_runs_where_it_is_told_to() {
    let aws = aws();
    let mut job = job(&aws);
    job.machine.write(
        "video/remperm.toml",
        "[aws]\nsubject = \"user\"\n[[target]]\nname = \"here\"\ncloud = \"aws\"\n",
    );
    let acted = job.act(&[
        ("args", "check\n  --target here"),
        ("working-directory", "video"),
    ]);
    assert_eq!(acted.code, 0, "{acted:?}");
    let report = job.machine.work().join("video/remperm.sarif");
    assert_eq!(Path::new(&acted.outputs["sarif-file"]), report);
    let none = job.act(&[ARGS, ("sarif-file", "")]);
    assert_eq!(none.code, 0, "{none:?}");
    assert_eq!(none.outputs["sarif-file"], "");
    assert!(!job.machine.work().join("remperm.sarif").exists());
}

//! Help, completions, the manual page: they say what there is.

use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::support::program::Program;

const COMMANDS: [&[&str]; 2] = [&["aws", "check"], &["gcp", "check"]];

#[test]
fn the_help_of_each_check_shows_examples_and_what_it_ends_with() {
    for command in COMMANDS {
        let run = Program::new(command.iter().copied())
            .arg("--help")
            .run()
            .expect(0);
        let name = command.join(" ");
        assert!(run.stdout.contains("Examples:\n"), "{name}");
        assert!(run.stdout.contains(&format!("  remperm {name}")), "{name}");
        assert_eq!(run.stderr, "");
        for line in run.stdout.lines() {
            assert!(line.chars().count() <= 100, "{line}");
        }
    }
    let run = Program::new(["--help"]).run().expect(0);
    assert!(run.stdout.contains("Exit codes:\n"));
    for code in ["  0  ", "  1  ", "  2  ", "  3  "] {
        assert!(run.stdout.contains(code), "{}", run.stdout);
    }
    for flags in [&["aws"][..], &["policies"], &["gcp"]] {
        let run = Program::new(flags.iter().copied())
            .arg("--help")
            .run()
            .expect(0);
        assert!(run.stdout.contains("Usage: remperm"), "{flags:?}");
    }
}

#[test]
fn the_help_of_the_aws_check_stands_on_its_own() {
    let run = Program::new(["aws", "check", "--help"]).run().expect(0);
    for word in [
        "--profile",
        "--region",
        "--principal",
        "--role-name",
        "--subject",
        "--expect-account",
        "--remotion-version",
        "--accept-newer",
        "--format",
        "--only",
        "--timeout",
        "--color",
        "REMOTION_AWS_PROFILE",
        ".env",
        "iam:SimulatePrincipalPolicy",
        "resource control policies",
        "session policies",
        "bucket policies",
    ] {
        assert!(run.stdout.contains(word), "{word}");
    }
}

#[test]
fn a_call_without_a_command_shows_the_way() {
    for arguments in [&[][..], &["aws"], &["policies"]] {
        let run = Program::new(arguments.iter().copied()).run().expect(2);
        assert!(
            run.stderr.contains("Usage: remperm") || run.stdout.contains("Usage: remperm"),
            "{arguments:?}"
        );
    }
    let run = Program::new(["aws", "chekc"]).run().expect(2);
    assert!(run.stderr.contains("check"), "{}", run.stderr);
    let run = Program::new(["--version"]).run().expect(0);
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(run.stdout, format!("remperm {version}\n"));
}

/// What a shell says of a script: whether it can be read.
fn reads(shell: &str, flags: &[&str], script: &str) -> Option<bool> {
    let child = Command::new(shell)
        .args(flags)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    // A shell that is not installed has nothing to say.
    let mut child = child.ok()?;
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(script.as_bytes()).unwrap();
    drop(stdin);
    Some(child.wait().unwrap().success())
}

#[test]
fn each_shell_has_completions() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let run = Program::new(["completions", shell]).run().expect(0);
        assert_eq!(run.stderr, "", "{shell}");
        for word in ["remperm", "check", "expect-account", "role-name"] {
            assert!(run.stdout.contains(word), "{shell}: {word}");
        }
        let flags: &[&str] = match shell {
            "bash" | "zsh" | "fish" => &["-n"],
            _ => continue,
        };
        assert_ne!(reads(shell, flags, &run.stdout), Some(false), "{shell}");
    }
    assert_eq!(reads("bash", &["-n"], "if true; then"), Some(false));
    Program::new(["completions", "tcsh"]).run().expect(2);
}

#[test]
fn the_manual_page_is_a_page() {
    let run = Program::new(["man"]).run().expect(0);
    assert!(run.stdout.starts_with(".ie "), "{}", run.stdout);
    for part in [
        ".TH remperm 1",
        ".SH NAME",
        ".SH SYNOPSIS",
        ".SH DESCRIPTION",
    ] {
        assert!(run.stdout.contains(part), "{part}");
    }
    assert!(run.stdout.contains("Exit codes:"));
    assert_eq!(run.stderr, "");
}

//! Where the report goes, and what stands beside it.

use std::fs::OpenOptions;
use std::process::Stdio;

use super::report::{mixed, table};
use super::{account, check, deployer};
use crate::support::aws::RunningAws;
use crate::support::http::Times;
use crate::support::program::Program;

#[test]
fn colours_follow_the_flag_and_the_environment() {
    let aws = mixed();
    let coloured = |program: Program| program.run().expect(1).stdout.contains('\u{1b}');
    assert!(!coloured(table(&aws, "80")), "stdout is no terminal");
    assert!(!coloured(table(&aws, "80").arguments(["--color", "never"])));
    assert!(coloured(table(&aws, "80").arguments(["--color", "always"])));
    assert!(!coloured(table(&aws, "80").env("NO_COLOR", "1")));
    assert!(
        coloured(
            table(&aws, "80")
                .env("NO_COLOR", "1")
                .arguments(["--color", "always"])
        ),
        "what is typed wins"
    );
    let plain = table(&aws, "80").run().expect(1).stdout;
    let run = table(&aws, "80").arguments(["--color", "always"]).run();
    let mut stripped = String::new();
    let mut rest = run.stdout.as_str();
    while let Some((before, behind)) = rest.split_once("\u{1b}[") {
        stripped.push_str(before);
        rest = behind.split_once('m').unwrap().1;
    }
    stripped.push_str(rest);
    assert_eq!(stripped, plain, "colours change nothing else");
    // No colour ever reaches the JSON.
    let run = check(&aws, &deployer())
        .arguments(["--color", "always"])
        .run();
    assert!(!run.stdout.contains('\u{1b}'));
    run.report();
}

#[test]
fn how_much_is_told_beside_the_report() {
    let aws = mixed();
    let plain = table(&aws, "80").run().expect(1);
    for flags in [
        &["-q"][..],
        &["-v"],
        &["-vvv"],
        &["-v", "--color", "always", "--format", "json"],
    ] {
        let run = table(&aws, "80").arguments(flags).run().expect(1);
        if !flags.contains(&"json") {
            assert_eq!(
                run.stdout, plain.stdout,
                "{flags:?}: the report is the same"
            );
        }
        if flags == ["-vvv"] {
            assert!(run.stderr.lines().count() > 10);
        }
        if flags == ["-q"] {
            assert_eq!(run.stderr, "");
        }
    }
    table(&aws, "80").arguments(["-q", "-v"]).run().expect(2);
    // An error is told in any case.
    let run = Program::new(["aws", "check", "-q"]).run().expect(3);
    assert!(
        run.stderr.starts_with("error: no AWS credentials"),
        "{}",
        run.stderr
    );
}

#[test]
fn foreign_text_moves_no_cursor() {
    let aws = account().start();
    let message = "<ErrorResponse><Error><Code>Strange</Code><Message>\u{9b}2Jgone\u{85}\nnext\
                   </Message></Error></ErrorResponse>";
    let fault = crate::support::http::Fault::Answer(crate::support::http::Response::new(
        400, "text/xml", message,
    ));
    let calls = RunningAws::calls_of("SimulatePrincipalPolicy");
    aws.server().fault(calls, fault, Times::All);
    let run = table(&aws, "100").run().expect(3);
    for output in [&run.stdout, &run.stderr] {
        assert!(!output.contains(['\u{9b}', '\u{85}']));
        assert!(output.contains("Strange"), "{output}");
    }
    assert_eq!(run.stderr.lines().count(), 2, "{}", run.stderr);
}

#[test]
fn a_reader_that_goes_away_changes_no_code() {
    for (aws, code) in [(mixed(), 1), (account().start(), 0)] {
        let mut program = table(&aws, "200");
        let mut child = program
            .command()
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(code));
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    }
}

#[test]
fn a_report_that_can_not_be_written_is_not_determined() {
    let aws = account().start();
    for format in ["table", "json"] {
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let mut program = table(&aws, "200").arguments(["--format", format]);
        let child = program
            .command()
            .stdout(full)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(3), "{format}");
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(text.contains("could not be written"), "{text}");
    }
}

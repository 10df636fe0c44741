//! Workflow commands, read as the runner of GitHub Actions reads them.

use remperm::permission::{Cloud, Subject};
use remperm::render::Format;
use remperm::report::Report;

use super::{rendered, rich};

/// A command as the runner takes it apart
/// ([ActionCommand](https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs)).
#[derive(Debug)]
struct Annotation {
    command: String,
    properties: Vec<(String, String)>,
    message: String,
}

fn unescaped(text: &str) -> String {
    text.replace("%3A", ":")
        .replace("%2C", ",")
        .replace("%0D", "\r")
        .replace("%0A", "\n")
        .replace("%25", "%")
}

/// The commands of a log, and the lines that are none.
fn parsed(log: &str) -> (Vec<Annotation>, Vec<String>) {
    let mut commands = Vec::new();
    let mut lines = Vec::new();
    for line in log.lines() {
        let Some(rest) = line.trim_start().strip_prefix("::") else {
            lines.push(line.to_owned());
            continue;
        };
        let (head, message) = rest.split_once("::").unwrap();
        let (command, properties) = head.split_once(' ').unwrap();
        commands.push(Annotation {
            command: command.to_owned(),
            properties: properties
                .split(',')
                .map(|one| one.split_once('=').unwrap())
                .map(|(name, value)| (name.to_owned(), unescaped(value)))
                .collect(),
            message: unescaped(message),
        });
    }
    (commands, lines)
}

fn count(commands: &[Annotation], kind: &str) -> usize {
    commands.iter().filter(|one| one.command == kind).count()
}

#[test]
fn no_text_becomes_a_command() {
    for report in [rich::report(), rich::large(500)] {
        let text = rendered(&report, Format::Github);
        let (commands, lines) = parsed(&text);
        for one in &commands {
            assert!(["error", "warning", "notice"].contains(&one.command.as_str()));
            for (name, value) in &one.properties {
                assert!(
                    ["file", "line", "title"].contains(&name.as_str()),
                    "{one:?}"
                );
                assert!(!value.is_empty(), "{one:?}");
            }
            assert!(!one.message.contains('\n'));
        }
        // One line for people; nothing of what was read stands in it.
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(!lines[0].contains("##["), "{lines:?}");
        assert!(lines[0].starts_with("remperm: Permissions are missing; "));
    }
}

#[test]
fn odd_text_reads_as_it_was() {
    let mut finding = rich::failed(Subject::User, "x");
    finding.permission = "a%0Ab::c,d=e%25".to_owned();
    let report = Report::of(rich::audit(Cloud::Aws, vec![finding]));
    let (commands, _) = parsed(&rendered(&report, Format::Github));
    let title = &commands[0]
        .properties
        .iter()
        .find(|(name, _)| name == "title")
        .unwrap()
        .1;
    assert_eq!(title, "missing: a%0Ab::c,d=e%25 (user)");
    assert!(commands[0].message.starts_with(title.as_str()));
}

#[test]
fn there_are_never_more_than_a_step_shows_and_the_last_names_the_rest() {
    for (failing, shown) in [(1, 1), (10, 10), (11, 10), (500, 10)] {
        let findings =
            (0..failing).map(|index| rich::failed(Subject::User, &format!("Row{index}x")));
        let report = Report::of(rich::audit(Cloud::Aws, findings.collect()));
        let (commands, _) = parsed(&rendered(&report, Format::Github));
        assert_eq!(count(&commands, "error"), shown);
        assert_eq!(commands.len(), shown);
        let last = &commands.last().unwrap().message;
        if failing > 10 {
            assert!(
                last.starts_with(&format!("{} more: missing: s3:Row9x", failing - 9)),
                "{last}"
            );
        }
        if failing == 11 {
            assert!(last.contains("s3:Row10x"), "{last}");
        }
    }
}

#[test]
fn a_target_that_was_not_checked_is_one_annotation_among_the_first() {
    let (commands, _) = parsed(&rendered(&rich::large(500), Format::Github));
    let first = commands
        .iter()
        .find(|one| one.command == "warning")
        .unwrap();
    assert!(first.message.contains("target unreachable"), "{first:?}");
    let told = commands
        .iter()
        .filter(|one| one.message.contains("target unreachable"));
    assert_eq!(told.count(), 1);
}

#[test]
fn warnings_of_the_run_crowd_nothing_out() {
    let mut report = rich::large(100);
    report.warnings = (0..30).map(|index| format!("warning {index}")).collect();
    let (commands, _) = parsed(&rendered(&report, Format::Github));
    for kind in ["error", "warning", "notice"] {
        assert!(count(&commands, kind) <= 10, "{kind}");
    }
}

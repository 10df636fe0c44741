//! The report of the check: what stands in it, how it looks, and where it can't be written.

use serde_json::Value;

use super::{USER, account, account_with, actions, check, deployer, printed, statement, without};
use crate::support::aws::{Caller, Failure, RunningAws};
use crate::support::http::Times;
use crate::support::program::Program;

/// The check with its table, in so many columns.
pub(super) fn table(aws: &RunningAws, columns: &str) -> Program {
    Program::new(["aws", "check"])
        .envs(aws.environment(&deployer()))
        .env("COLUMNS", columns)
}

/// An account in which one of each is missing, and one is unknown.
pub(super) fn mixed() -> RunningAws {
    let user = without(&printed("user"), "s3:PutObject");
    let role = without(&printed("role"), "logs:PutLogEvents");
    account_with(&user, &role)
        .with(|settings| {
            let fault = crate::support::aws::ResultFault::LeaveOut("lambda:TagResource".to_owned());
            settings.results = vec![fault];
        })
        .start()
}

/// The cells of a table without its frame: text that is broken over lines is joined.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// All that stands in the columns of permissions, with long names joined again.
fn permissions(text: &str) -> String {
    let mut joined = String::new();
    let (mut from, mut to) = (0, 0);
    for line in text.lines().filter(|line| line.starts_with('│')) {
        let place = |word: &str| Some(line.split_once(word)?.0.chars().count());
        let behind = place("Scope").or(place("Reason"));
        if let (Some(start), Some(end)) = (place("Permission"), behind) {
            (from, to) = (start, end);
        }
        joined.extend(line.chars().take(to).skip(from));
    }
    joined.retain(|character| !character.is_whitespace());
    joined
}

#[test]
fn the_table_fits_and_shows_every_permission() {
    let aws = mixed();
    for columns in [80, 100, 120, 200] {
        let run = table(&aws, &columns.to_string()).run().expect(1);
        for line in run.stdout.lines() {
            // A name that is longer than the line stays whole, so that it can be copied.
            let fits = line.chars().count() <= columns || !line.trim().contains(' ');
            assert!(fits, "{columns}: {line}");
        }
        let permissions = permissions(&run.stdout);
        for subject in ["user", "role"] {
            for action in actions(&printed(subject)) {
                assert!(permissions.contains(&action), "{columns}: {action}");
            }
        }
        assert_eq!(run.stderr, "");
    }
}

#[test]
fn what_did_not_pass_stands_again_below_and_the_closing_lines_say_all() {
    let aws = mixed();
    let run = table(&aws, "200").run().expect(1);
    let (_, below) = run
        .stdout
        .split_once("\nNot passed\n")
        .expect("the part below");
    for line in [
        "  FAIL    user: s3:PutObject on arn:aws:s3:::remotionlambda-*\n",
        "  unknown user: lambda:TagResource on arn:aws:lambda:*:*:function:remotion-render-*\n",
        "  FAIL    role: logs:PutLogEvents on \
         arn:aws:logs:*:*:log-group:/aws/lambda/remotion-render-*\n",
    ] {
        assert!(below.contains(line), "{line}{below}");
    }
    assert!(!below.contains("s3:GetObject on"), "{below}");
    let (_, closing) = below.split_once("\n\n").unwrap();
    let closing = flat(closing);
    for part in [
        "Tested account 123456789012, region us-east-1 (default of Remotion); caller \
         arn:aws:iam::123456789012:user/team/deployer",
        "AWS user: arn:aws:iam::123456789012:user/team/deployer",
        "AWS execution role: arn:aws:iam::123456789012:role/remotion-lambda-role",
        "credentials: AWS_ACCESS_KEY_ID",
        "Against @remotion/lambda",
        "(default: no project here names one, so the newest known)",
        "user: checked 32 of 33, 1 missing, 1 unknown",
        "role: checked 15 of 15, 2 missing, 0 unknown",
        "Next ",
    ] {
        assert!(closing.contains(part), "{part}\n{closing}");
    }
}

#[test]
fn the_closing_lines_of_a_check_that_passes() {
    let aws = account().start();
    let run = table(&aws, "80").run().expect(0);
    assert!(!run.stdout.contains("Not passed"));
    assert!(!run.stdout.contains("FAIL"));
    let closing = run.stdout.rsplit("\nTested ").next().unwrap();
    let result = closing.split("\nResult").nth(1).unwrap();
    assert_eq!(
        result,
        "    user: checked 33 of 33, 0 missing, 0 unknown\n          \
         role: checked 15 of 15, 0 missing, 0 unknown\n\
         Next      nothing to do: everything that this version needs is held\n"
    );
}

#[test]
fn only_the_rows_that_are_asked_for() {
    let aws = mixed();
    let rows = |only: &str| {
        let run = table(&aws, "200")
            .arguments(["--only", only])
            .run()
            .expect(1);
        let head = run.stdout.split("\nTested ").next().unwrap().to_owned();
        let count = |word: &str| {
            head.lines()
                .filter(|line| line.starts_with(&format!("│ {word} ")))
                .count()
        };
        assert!(run.stdout.contains("checked 32 of 33"), "the counts stay");
        (count("FAIL"), count("unknown"), count("pass"))
    };
    assert_eq!(rows("missing"), (3, 0, 0));
    assert_eq!(rows("unknown"), (0, 1, 0));
    assert_eq!(rows("missing,unknown"), (3, 1, 0));
    assert_eq!(rows("passed"), (0, 0, 44));
    // The JSON is a contract and holds everything.
    let run = check(&aws, &deployer())
        .arguments(["--only", "missing"])
        .run()
        .expect(1);
    assert!(run.findings().iter().any(|one| one.status == "pass"));
}

#[test]
fn where_everything_fails_for_one_reason_it_is_said_once() {
    let aws = account().start();
    aws.fail("SimulatePrincipalPolicy", Failure::AccessDenied, Times::All);
    let run = table(&aws, "100").run().expect(3);
    assert!(run.stdout.lines().count() < 25, "{}", run.stdout);
    let hint = "hint: allow iam:SimulatePrincipalPolicy to the identity that runs the check, or allow it to read policies: iam:GetUser, ";
    let (error, rest) = run.stderr.split_once('\n').unwrap();
    assert_eq!(
        error,
        "error: the caller may not call iam:SimulatePrincipalPolicy"
    );
    assert!(
        rest.starts_with(hint) && rest.lines().count() == 1,
        "{rest}"
    );
    assert!(
        run.stdout
            .contains("user: checked 0 of 33, 0 missing, 33 unknown")
    );
}

#[test]
fn the_report_for_machines_says_who_where_and_against_what() {
    let aws = account()
        .role("/", "builder", |role| {
            role.inline("remotion", printed("user"))
                .inline("look", statement("Allow", &["iam:GetRole"]))
        })
        .start();
    let run = check(&aws, &Caller::assumed_role("builder", "x"))
        .arguments(["--region", "eu-west-1", "--remotion-version", "4.0.450"])
        .run()
        .expect(0);
    let report = run.report();
    let audit = &report["audits"][0];
    assert_eq!(audit["cloud"], "aws");
    let tested = &audit["tested"];
    assert_eq!(
        tested["caller"],
        "arn:aws:sts::123456789012:assumed-role/builder/x"
    );
    assert_eq!(tested["regions"], serde_json::json!(["eu-west-1"]));
    assert_eq!(tested["region_source"], "--region");
    assert_eq!(tested["project"], Value::Null);
    assert_eq!(audit["remotion"]["package"], "@remotion/lambda");
    assert_eq!(audit["remotion"]["version"], "4.0.450");
    assert_ne!(tested["principals"][0]["name"], USER);
    let findings = audit["findings"].as_array().unwrap();
    for one in findings {
        assert!(one["reason"].as_str().unwrap().len() > 20, "{one}");
    }
}

//! Which credentials are used: Remotion's order of precedence.

use super::{ACCOUNT, printed};
use crate::support::aws::{Aws, Caller, RunningAws};
use crate::support::program::Program;

/// One user per level of the order, from the first to the last.
const LEVELS: [&str; 6] = [
    "of-flag",
    "of-remotion-profile",
    "of-remotion-keys",
    "of-aws-profile",
    "of-aws-keys",
    "of-default",
];

pub(super) fn account() -> RunningAws {
    let mut aws = Aws::new(ACCOUNT).role("/", "session", |role| {
        role.inline("remotion", printed("user"))
    });
    for level in LEVELS {
        aws = aws.user("/", level, |user| user.inline("remotion", printed("user")));
    }
    aws.start()
}

/// `[name]` of a credentials file, with the keys of a caller.
pub(super) fn profile(aws: &RunningAws, name: &str, caller: &Caller) -> String {
    let keys = aws.credentials(caller);
    let token = keys
        .session_token
        .map(|token| format!("aws_session_token = {token}\n"))
        .unwrap_or_default();
    format!(
        "[{name}]\naws_access_key_id = {}\naws_secret_access_key = {}\n{token}\n",
        keys.access_key_id, keys.secret_access_key
    )
}

/// `PREFIX_ACCESS_KEY_ID` and what belongs to it.
fn keys(aws: &RunningAws, prefix: &str, caller: &Caller) -> Vec<(String, String)> {
    let keys = aws.credentials(caller);
    let mut variables = vec![
        (format!("{prefix}ACCESS_KEY_ID"), keys.access_key_id),
        (format!("{prefix}SECRET_ACCESS_KEY"), keys.secret_access_key),
    ];
    variables.extend(
        keys.session_token
            .map(|token| (format!("{prefix}SESSION_TOKEN"), token)),
    );
    variables
}

/// A check of the user alone, with a credentials file that has a profile per level.
fn program(aws: &RunningAws) -> Program {
    let file: String = [
        ("flag", LEVELS[0]),
        ("remotion", LEVELS[1]),
        ("work", LEVELS[3]),
        ("default", LEVELS[5]),
    ]
    .iter()
    .map(|(name, user)| profile(aws, name, &Caller::user(user)))
    .collect();
    Program::new(["aws", "check", "--format", "json", "--subject", "user"])
        .env("AWS_ENDPOINT_URL", aws.url())
        .home_file(".aws/credentials", file)
}

/// Who called, by the report, and how its credentials were found.
#[track_caller]
fn caller(program: Program) -> (String, String) {
    let report = program.run().expect(0).report();
    let tested = &report["audits"][0]["tested"];
    let arn = tested["caller"].as_str().unwrap();
    (
        arn.rsplit('/').next().unwrap().to_owned(),
        tested["credentials"].as_str().unwrap().to_owned(),
    )
}

/// The variables of the levels from the second on, each level with what it sets.
fn levels(aws: &RunningAws) -> Vec<Vec<(String, String)>> {
    let profile = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
    vec![
        profile("REMOTION_AWS_PROFILE", "remotion"),
        keys(aws, "REMOTION_AWS_", &Caller::user(LEVELS[2])),
        profile("AWS_PROFILE", "work"),
        keys(aws, "AWS_", &Caller::user(LEVELS[4])),
    ]
}

const SOURCES: [&str; 6] = [
    "profile flag (--profile)",
    "profile remotion (REMOTION_AWS_PROFILE)",
    "REMOTION_AWS_ACCESS_KEY_ID",
    "profile work (AWS_PROFILE)",
    "AWS_ACCESS_KEY_ID",
    "the SDK's default chain",
];

#[test]
fn the_first_level_that_is_there_is_taken() {
    let aws = account();
    let levels = levels(&aws);
    let all = program(&aws)
        .envs(levels.concat())
        .arguments(["--profile", "flag"]);
    assert_eq!(caller(all), (LEVELS[0].to_owned(), SOURCES[0].to_owned()));
    for first in 0..=levels.len() {
        let expected = (LEVELS[first + 1].to_owned(), SOURCES[first + 1].to_owned());
        // From the first level on all are there; those before it are not, or are empty.
        let present = levels[first..].concat();
        assert_eq!(caller(program(&aws).envs(present.clone())), expected);
        let empty = levels[..first]
            .concat()
            .into_iter()
            .map(|(name, _)| (name, String::new()));
        assert_eq!(
            caller(program(&aws).envs(empty).envs(present)),
            expected,
            "an empty variable counts as unset"
        );
    }
}

#[test]
fn the_file_of_the_working_directory_counts_and_the_process_wins() {
    let aws = account();
    let levels = levels(&aws);
    for first in 0..levels.len() {
        let text: String = levels[first..]
            .concat()
            .iter()
            .map(|(name, value)| format!("{name}='{value}'\n"))
            .collect();
        let expected = SOURCES[first + 1];
        let expected = match expected.strip_suffix(')') {
            Some(profile) => format!("{profile} in .env)"),
            None => format!("{expected} in .env"),
        };
        let found = caller(program(&aws).file(".env", &text));
        assert_eq!(found, (LEVELS[first + 1].to_owned(), expected));
        // The same variables, empty in the process, hide those of the file.
        let hidden = levels[first..]
            .concat()
            .into_iter()
            .map(|(name, _)| (name, String::new()));
        let found = caller(program(&aws).file(".env", &text).envs(hidden));
        assert_eq!(found.0, LEVELS[5], "{first}");
    }
    // The process's value of a variable wins over the file's.
    let other = keys(&aws, "AWS_", &Caller::user(LEVELS[2]));
    let text: String = other
        .iter()
        .map(|(name, value)| format!("{name}='{value}'\n"))
        .collect();
    let found = caller(program(&aws).file(".env", text).envs(levels[3].clone()));
    assert_eq!(found.0, LEVELS[4]);
    // A file of the home directory or above is not read.
    let found = caller(program(&aws).home_file(".env", "AWS_PROFILE=work"));
    assert_eq!(found.0, LEVELS[5]);
}

#[test]
fn half_a_pair_falls_through() {
    let aws = account();
    let levels = levels(&aws);
    for (level, next) in [(1, LEVELS[3]), (3, LEVELS[5])] {
        for half in 0..2 {
            let mut variables = vec![levels[level][half].clone()];
            if level == 1 {
                variables.extend(levels[2].clone());
            }
            assert_eq!(
                caller(program(&aws).envs(variables)).0,
                next,
                "{level} {half}"
            );
        }
    }
    // One half of each level is no pair.
    let halves = [levels[1][0].clone(), levels[3][1].clone()];
    assert_eq!(caller(program(&aws).envs(halves)).0, LEVELS[5]);
}

#[test]
fn a_token_belongs_to_the_keys_of_its_own_level() {
    let aws = account();
    let levels = levels(&aws);
    let session = Caller::assumed_role("session", "seven");
    for prefix in ["REMOTION_AWS_", "AWS_"] {
        let found = caller(program(&aws).envs(keys(&aws, prefix, &session)));
        assert_eq!(found.0, "seven", "with its own token");
    }
    let token = "a-token-of-somebody-else";
    let with_other = program(&aws)
        .envs(levels[1].clone())
        .env("AWS_SESSION_TOKEN", token);
    assert_eq!(caller(with_other).0, LEVELS[2]);
    let with_other = program(&aws)
        .envs(levels[3].clone())
        .env("REMOTION_AWS_SESSION_TOKEN", token);
    assert_eq!(caller(with_other).0, LEVELS[4]);
    let in_profile = profile(&aws, "sso", &session);
    let found = caller(
        program(&aws)
            .home_file(".aws/credentials", in_profile)
            .arguments(["--profile", "sso"]),
    );
    assert_eq!(found.0, "seven");
}

#[test]
fn a_profile_may_name_a_process_or_another_role() {
    let aws = account();
    let keys = aws.credentials(&Caller::user(LEVELS[4]));
    let json = format!(
        r#"{{"Version":1,"AccessKeyId":"{}","SecretAccessKey":"{}"}}"#,
        keys.access_key_id, keys.secret_access_key
    );
    let config = "[profile tool]\ncredential_process = /bin/cat credentials.json\n";
    let run = program(&aws)
        .file("credentials.json", json)
        .home_file(".aws/config", config)
        .arguments(["--profile", "tool"]);
    assert_eq!(caller(run).0, LEVELS[4]);
}

#[test]
fn both_pairs_with_different_keys_are_worth_a_note() {
    let aws = account();
    let levels = levels(&aws);
    let notes = |program: Program| {
        let report = program.run().expect(0).report();
        report["audits"][0]["notes"].to_string()
    };
    let says = "REMOTION_AWS_ACCESS_KEY_ID and AWS_ACCESS_KEY_ID are both set";
    let both = program(&aws)
        .envs(levels[1].clone())
        .envs(levels[3].clone());
    assert!(notes(both).contains(says));
    for one in [1, 3] {
        assert!(!notes(program(&aws).envs(levels[one].clone())).contains(says));
    }
    let same = keys(&aws, "AWS_", &Caller::user(LEVELS[2]));
    let both = program(&aws).envs(levels[1].clone()).envs(same);
    assert!(!notes(both).contains(says), "the same key twice");
}

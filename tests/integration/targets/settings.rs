//! Settings are flags: they lose to what is typed, and what is wrong with them is told with its
//! line.

use super::{account, printed, program, without};
use crate::support::aws::Caller;
use crate::support::program::Program;

/// `aws check` on a policy file that lies beside the configuration.
fn offline(config: &str, arguments: &[&str]) -> Program {
    Program::new(["aws", "check", "--format", "json"])
        .arguments(arguments)
        .file("remperm.toml", config)
        .file("user.json", printed("user").to_string())
        .file("poor.json", without("iam:PassRole").to_string())
}

#[test]
fn defaults_stand_behind_what_is_typed() {
    let config = "[check]\nremotion-version = \"4.0.461\"\n[aws]\nsubject = \"user\"\nidentity-policy = [\"poor.json\"]\n";
    let run = offline(config, &[]).run().expect(1);
    assert_eq!(run.report()["audits"][0]["remotion"]["version"], "4.0.461");
    offline(config, &["--identity-policy", "user.json"])
        .run()
        .expect(0);
    let run = offline(config, &["--remotion-version", "4.0.500"]).run();
    assert_eq!(run.report()["audits"][0]["remotion"]["version"], "4.0.500");
    let run = offline(
        config,
        &[
            "--no-config",
            "--subject",
            "user",
            "--identity-policy",
            "user.json",
        ],
    )
    .run()
    .expect(0);
    assert_ne!(run.report()["audits"][0]["remotion"]["version"], "4.0.461");
}

#[test]
fn a_default_steps_back_from_what_contradicts_it() {
    let config = "[aws]\nprofile = \"nobody\"\nexpect-account = \"123456789012\"\n";
    offline(
        config,
        &["--subject", "user", "--identity-policy", "user.json"],
    )
    .run()
    .expect(0);
}

#[test]
fn a_clouds_own_table_wins_over_the_common_one() {
    let config = "[check]\nremotion-version = \"4.0.300\"\n[aws]\nremotion-version = \"4.0.461\"\nsubject = \"user\"\nidentity-policy = \"user.json\"\n";
    let report = offline(config, &[]).run().report();
    assert_eq!(report["audits"][0]["remotion"]["version"], "4.0.461");
}

#[test]
fn it_is_found_above_and_its_paths_start_from_it() {
    let program = Program::new([
        "aws",
        "check",
        "--format",
        "json",
        "--project-dir",
        "app/web",
    ])
    .file(
        "remperm.toml",
        "[aws]\nsubject = \"user\"\nidentity-policy = \"user.json\"\n",
    )
    .file("user.json", printed("user").to_string())
    .file(
        "app/web/package.json",
        r#"{"dependencies": {"@remotion/lambda": "4.0.461"}}"#,
    );
    let report = program.run().expect(0).report();
    assert_eq!(report["audits"][0]["remotion"]["version"], "4.0.461");
}

#[test]
fn a_switch_can_be_taken_back_by_a_target() {
    let aws = account().start();
    let config = "[aws]\nprofile = \"green\"\nsubject = \"user\"\nstrict-context = true\n\
                  [[target]]\nname = \"strict\"\ncloud = \"aws\"\n\
                  [[target]]\nname = \"plain\"\ncloud = \"aws\"\nstrict-context = false\n";
    let run = program(&aws, ["check", "--format", "json"])
        .file("remperm.toml", config)
        .run()
        .expect(0);
    assert_eq!(
        super::audits(&run.report()),
        ["strict aws 0", "plain aws 0"]
    );
}

#[test]
fn typed_flags_of_the_run_win_over_those_of_a_target() {
    let aws = account().start();
    let config = "[[target]]\nname = \"new\"\ncloud = \"aws\"\nprofile = \"green\"\nsubject = \"user\"\nremotion-version = \"9.0.0\"\naccept-newer = false\n";
    let check = |arguments: &[&str]| {
        program(&aws, ["check", "--format", "json"])
            .arguments(arguments)
            .file("remperm.toml", config)
            .run()
    };
    check(&[]).expect(3);
    check(&["--accept-newer"]).expect(0);
    check(&["--on-unknown", "warn"]).expect(0);
}

#[test]
fn what_is_wrong_is_told_with_its_line() {
    let cases = [
        (
            "[aws]\nregoin = \"us-east-1\"\n",
            "line 2",
            "\"regoin\" is not known",
        ),
        ("[chek]\n", "line 1", "\"chek\" is not known"),
        ("[aws]\n\nstrict-context = \"yes\"\n", "line 3", "on or off"),
        ("[aws]\nprofile = true\n", "line 2", "takes a text"),
        (
            "[aws]\nprofile = [\"a\", \"b\"]\n",
            "line 2",
            "takes one value",
        ),
        ("[aws]\nregion = []\n", "line 2", "is empty"),
        (
            "[aws]\nsubject = \"owner\"\n",
            "line 2",
            "invalid value 'owner'",
        ),
        (
            "[check]\ntimeout = \"soon\"\n",
            "line 2",
            "invalid value 'soon'",
        ),
        (
            "[aws]\nformat = \"json\"\n",
            "line 2",
            "\"format\" is not known here",
        ),
        (
            "[gcp]\nallow-token-host = \"evil.example\"\n",
            "line 2",
            "is not known here",
        ),
        ("[check]\nparallel = 0\n", "line 2", "invalid value '0'"),
        ("[[target]]\nname = \"a\"\n", "line 1", "has no cloud"),
        ("[[target]]\ncloud = \"aws\"\n", "line 1", "has no name"),
        (
            "[[target]]\nname = \"a\"\ncloud = \"azure\"\n",
            "line 3",
            "no cloud",
        ),
        (
            "[[target]]\nname = \"a\"\ncloud = \"aws\"\nproject = \"p\"\n",
            "line 4",
            "\"project\" is not known",
        ),
        (
            "[[target]]\nname = \"a\"\ncloud = \"aws\"\n[[target]]\nname = \"a\"\ncloud = \"gcp\"\n",
            "line 4",
            "is there already, in line 1",
        ),
        ("[target]\nname = \"a\"\n", "line 1", "no array of tables"),
        ("aws = 1\n", "line 1", "is no table"),
        (
            "[aws]\nregion = 1.5\n",
            "line 2",
            "of no kind that a flag takes",
        ),
        ("[aws\n", "line 1", ""),
        (
            "[aws]\nregion = \"a\"\nregion = \"b\"\n",
            "line 3",
            "duplicate",
        ),
    ];
    for (config, line, what) in cases {
        let run = Program::new(["check"])
            .file("remperm.toml", config)
            .run()
            .expect(2);
        assert_eq!(run.stdout, "", "{config}");
        for part in ["remperm.toml", line, what] {
            assert!(
                run.stderr.contains(part),
                "{part:?} for {config:?} in {}",
                run.stderr
            );
        }
        assert!(run.stderr.contains("hint: "), "{config:?}: {}", run.stderr);
    }
}

#[test]
fn flags_that_contradict_each_other_in_a_target_are_told() {
    let config = "[[target]]\nname = \"both\"\ncloud = \"aws\"\nprofile = \"a\"\nidentity-policy = \"user.json\"\n";
    let run = Program::new(["check"])
        .file("remperm.toml", config)
        .run()
        .expect(2);
    assert!(run.stderr.contains("\"both\" in line 1"), "{}", run.stderr);
    assert!(run.stderr.contains("cannot be used with"), "{}", run.stderr);
}

#[test]
fn files_that_are_none_are_told() {
    let run = Program::new(["check", "--config", "other.toml"])
        .run()
        .expect(2);
    assert!(run.stderr.contains("other.toml"), "{}", run.stderr);
    let run = Program::new(["check"]).run().expect(2);
    assert!(
        run.stderr.contains("there is no remperm.toml"),
        "{}",
        run.stderr
    );
    let run = Program::new(["check"])
        .file("remperm.toml", "")
        .run()
        .expect(2);
    assert!(run.stderr.contains("has no [[target]]"), "{}", run.stderr);
    let run = Program::new(["check"])
        .file("remperm.toml", b"[aws]\n\xff".as_slice())
        .run()
        .expect(2);
    assert!(run.stderr.contains("line 2 is not UTF-8"), "{}", run.stderr);
    let run = Program::new(["check"])
        .file("remperm.toml", vec![b' '; 2 * 1024 * 1024])
        .run()
        .expect(2);
    assert!(run.stderr.contains("larger than 1 MiB"), "{}", run.stderr);
    let run = Program::new(["check"])
        .file("remperm.toml/x", "")
        .run()
        .expect(2);
    assert!(
        run.stderr.contains("it is no regular file"),
        "{}",
        run.stderr
    );
}

#[test]
fn settings_of_an_account_reach_its_check() {
    let aws = account().start();
    let run = Program::new(["aws", "check", "--format", "json"])
        .envs(aws.environment(&Caller::user("green")))
        .file(
            "remperm.toml",
            "[aws]\nregion = [\"us-east-1\", \"eu-central-1\"]\nsubject = \"user\"\n",
        )
        .run()
        .expect(0);
    let regions = &run.report()["audits"][0]["tested"]["regions"];
    assert_eq!(*regions, serde_json::json!(["us-east-1", "eu-central-1"]));
}

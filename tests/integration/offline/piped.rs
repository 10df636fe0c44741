//! What the program prints, whole and damaged, piped into the program.

use serde_json::{Value, json};

use super::matcher::matches_arn;
use super::{changed, printed};
use crate::support::program::Program;

/// What the program prints, piped into the program.
#[test]
fn the_printed_policy_passes_by_standard_input() {
    for subject in ["user", "role"] {
        for (version, region) in [("3.0.0", "us-east-1"), ("4.0.527", "cn-north-1")] {
            let printed = Program::new(["policies", subject, "--region", region])
                .arguments(["--remotion-version", version])
                .run()
                .expect(0);
            let arguments = ["aws", "check", "--subject", subject];
            let check = Program::new(arguments)
                .arguments(["--identity-policy", "-", "--region", region])
                .arguments(["--remotion-version", version]);
            let run = check
                .arguments(["--format", "json"])
                .input(printed.stdout.clone())
                .run()
                .expect(0);
            let report = run.report();
            assert_eq!(
                report["audits"][0]["tested"]["files"],
                json!(["standard input"])
            );
            assert_eq!(report["audits"][0]["tested"]["regions"], json!([region]));
            assert_eq!(report["counts"]["missing"], 0);
            assert_eq!(report["counts"]["unknown"], 0);
            for row in report["audits"][0]["findings"].as_array().unwrap() {
                assert_eq!(row["source"], "aws_policy_files");
                assert_eq!(row["subject"], subject);
            }
            assert!(run.findings().iter().all(|one| one.status == "pass"));
        }
    }
}

#[test]
fn a_damaged_policy_fails_by_standard_input() {
    let damage = |change: fn(&mut Value)| {
        let policy = changed(printed("user"), "LogsRetention", change);
        let arguments = [
            "aws",
            "check",
            "--subject",
            "user",
            "--identity-policy",
            "-",
        ];
        let json = Program::new(arguments)
            .arguments(["--format", "json"])
            .input(policy.to_string())
            .run()
            .expect(1);
        let table = Program::new(arguments)
            .env("COLUMNS", "300")
            .input(policy.to_string())
            .run()
            .expect(1);
        let failed: Vec<_> = json
            .findings()
            .into_iter()
            .filter(|one| one.status != "pass")
            .collect();
        (failed, table.stdout)
    };
    let (failed, table) = damage(|statement| {
        statement["Action"] = json!("logs:CreateLogGroup");
    });
    assert_eq!(failed.len(), 1, "{failed:#?}");
    assert_eq!(failed[0].permission, "logs:PutRetentionPolicy");
    assert_eq!(
        (failed[0].status.as_str(), failed[0].why.as_str()),
        ("fail", "nothing_allows")
    );
    assert!(table.contains("nothing allows it"), "{table}");

    let narrower = "arn:aws:logs:*:*:log-group:/aws/lambda/remotion-render-4-*";
    let (failed, table) = damage(|statement| {
        statement["Resource"] = json!("arn:aws:logs:*:*:log-group:/aws/lambda/remotion-render-4-*");
    });
    assert_eq!(failed.len(), 2, "{failed:#?}");
    for one in &failed {
        assert_eq!(one.why, "narrower");
        let (held, witness) = one.detail.split_once("; not covered: ").unwrap();
        assert_eq!(held, format!("held only for {narrower}"));
        assert!(matches_arn(&one.scope, witness) && !matches_arn(narrower, witness));
        assert!(table.contains(witness), "{table}");
    }
}

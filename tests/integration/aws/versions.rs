//! Which Remotion version the check is about, and how sure its list is.

use remperm::manifest::{Product, lists};

use super::{
    ACCOUNT, account, account_with, check, deployer, in_parallel, not_passed, printed_with,
};
use crate::support::aws::Aws;
use crate::support::program::Program;

#[test]
fn an_older_version_needs_less() {
    let flags = ["--remotion-version", "4.0.74"];
    let (user, role) = (printed_with("user", &flags), printed_with("role", &flags));
    let aws = account_with(&user, &role).start();
    check(&aws, &deployer()).arguments(flags).run().expect(0);
    let run = check(&aws, &deployer())
        .arguments(["--remotion-version", "4.0.418"])
        .run()
        .expect(1);
    assert_eq!(
        not_passed(&run),
        ["user s3:PutBucketPolicy fail nothing_allows"]
    );
    let version = &run.report()["audits"][0]["remotion"];
    assert_eq!(version["version"], "4.0.418");
    assert_eq!(version["chosen"], "given");
    assert_eq!(version["certainty"], "verified");
}

#[test]
fn the_policies_of_every_list_suffice_for_its_versions() {
    let mut cases = Vec::new();
    for list in lists(Product::Lambda) {
        for partition in list.partitions() {
            cases.push((list.newest().to_string(), partition.name()));
        }
    }
    assert!(cases.len() > 10);
    in_parallel(&cases, |(version, partition)| {
        let flags = ["--remotion-version", version, "--partition", partition];
        let region = if *partition == "aws" {
            "eu-west-1"
        } else {
            "cn-northwest-1"
        };
        let aws = Aws::new(ACCOUNT)
            .partition(partition)
            .user("/", "deployer", |user| {
                user.inline("remotion", printed_with("user", &flags))
            })
            .role("/", "remotion-lambda-role", |role| {
                role.inline("remotion", printed_with("role", &flags))
            })
            .start();
        let run = check(&aws, &deployer())
            .arguments(["--remotion-version", version, "--region", region])
            .run();
        let open = not_passed(&run);
        assert_eq!(open, Vec::<String>::new(), "{version} {partition}");
        run.expect(0);
    });
}

#[test]
fn between_two_different_lists_what_only_one_has_is_unknown_where_it_is_not_held() {
    // 4.0.24 is the last seen with its list, 4.0.39 the first with the next.
    let between = ["--remotion-version", "4.0.30"];
    let older = ["--remotion-version", "4.0.24"];
    let newer = ["--remotion-version", "4.0.39"];
    let doubtful = ["user s3:PutLifecycleConfiguration unknown doubtful_need"];
    for (flags, code, expected) in [(older, 3, doubtful.as_slice()), (newer, 0, &[])] {
        let (user, role) = (printed_with("user", &flags), printed_with("role", &flags));
        let aws = account_with(&user, &role).start();
        let run = check(&aws, &deployer())
            .arguments(between)
            .run()
            .expect(code);
        assert_eq!(not_passed(&run), expected);
        let report = run.report();
        assert_eq!(
            report["audits"][0]["remotion"]["certainty"],
            "between_different_lists"
        );
        let findings = report["audits"][0]["findings"].as_array().unwrap();
        let doubted: Vec<&str> = findings
            .iter()
            .filter(|one| one["doubtful"] == true)
            .map(|one| one["permission"].as_str().unwrap())
            .collect();
        assert_eq!(doubted, ["s3:PutLifecycleConfiguration"]);
    }
}

#[test]
fn a_newer_version_is_unknown_until_it_is_accepted() {
    let aws = account().start();
    let newer = ["--remotion-version", "4.0.9999"];
    let run = check(&aws, &deployer()).arguments(newer).run().expect(3);
    assert_eq!(
        not_passed(&run),
        ["user permission-list unknown unknown_list"]
    );
    for subject in ["user", "role"] {
        let run = check(&aws, &deployer())
            .arguments(newer)
            .arguments(["--subject", subject])
            .run()
            .expect(3);
        let expected = format!("{subject} permission-list unknown unknown_list");
        assert_eq!(not_passed(&run), [expected]);
    }
    let run = check(&aws, &deployer())
        .arguments(newer)
        .arg("--accept-newer")
        .run()
        .expect(0);
    assert_eq!(
        run.report()["audits"][0]["remotion"]["accepted_newer"],
        true
    );
    let run = Program::new(["aws", "check", "--accept-newer"])
        .arguments(newer)
        .envs(aws.environment(&deployer()))
        .run()
        .expect(0);
    let closing = run.stdout.rsplit("Tested").next().unwrap();
    assert!(
        closing.contains("4.0.9999") && closing.contains("accepted with --accept-newer"),
        "{closing}"
    );
    // For a version that is known there is nothing to accept.
    let run = check(&aws, &deployer())
        .arg("--accept-newer")
        .run()
        .expect(0);
    assert_eq!(
        run.report()["audits"][0]["remotion"]["accepted_newer"],
        false
    );
}

#[test]
fn the_version_of_the_project_applies() {
    let flags = ["--remotion-version", "4.0.300"];
    let (user, role) = (printed_with("user", &flags), printed_with("role", &flags));
    let aws = account_with(&user, &role).start();
    let run = check(&aws, &deployer())
        .file(
            "node_modules/@remotion/lambda/package.json",
            r#"{"name":"@remotion/lambda","version":"4.0.300"}"#,
        )
        .run()
        .expect(0);
    let version = &run.report()["audits"][0]["remotion"];
    assert_eq!(version["version"], "4.0.300");
    assert_eq!(version["chosen"], "installed");
    check(&aws, &deployer()).run().expect(1);
}

#[test]
fn a_version_that_is_none_is_a_wrong_call_before_anything_is_asked() {
    let aws = account().start();
    for version in ["latest", "4", "4.0.x", "", "4.0.300-alpha.1", "1.0.0"] {
        let run = check(&aws, &deployer())
            .arguments(["--remotion-version", version])
            .run()
            .expect(2);
        assert_eq!(run.stdout, "", "{version}");
        assert!(
            run.stderr.starts_with("error: "),
            "{version}: {}",
            run.stderr
        );
    }
    assert_eq!(aws.actions(), Vec::<String>::new());
}

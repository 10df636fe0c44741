//! The printed policies and roles.

use remperm::manifest::{Product, lists};
use serde_json::{Value, json};

use crate::support::program::Program;

fn file(product: Product, name: &str) -> Value {
    let path = format!(
        "{}/policies/{}/{name}.json",
        env!("CARGO_MANIFEST_DIR"),
        product.name()
    );
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn printed(arguments: &[&str]) -> Value {
    let run = Program::new(arguments.iter().copied()).run().expect(0);
    serde_json::from_str(&run.stdout).unwrap()
}

/// What was recorded from a version's package is what is printed for it, for every version.
#[test]
fn each_version_prints_its_own_policies() {
    for list in lists(Product::Lambda) {
        let file = file(Product::Lambda, &list.oldest().to_string());
        // Every version of the list for the ends, the command line for the first and the last.
        for version in [list.oldest(), list.newest()] {
            for (partition, policies) in file["partitions"].as_object().unwrap() {
                for subject in ["user", "role"] {
                    let policy = printed(&[
                        "policies",
                        subject,
                        "--partition",
                        partition,
                        "--remotion-version",
                        &version.to_string(),
                    ]);
                    assert_eq!(policy, policies[subject], "{version} {partition} {subject}");
                }
            }
        }
    }
}

#[test]
fn the_form_is_remotions_own() {
    let run = Program::new(["policies", "role", "--remotion-version", "4.0.527"])
        .run()
        .expect(0);
    assert!(run.stdout.starts_with(
        "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n    {\n      \"Sid\": \"0\",\n      \"Effect\": \"Allow\",\n      \"Action\": [\n        \"s3:ListAllMyBuckets\"\n      ],"
    ));
    assert!(run.stdout.ends_with("]\n}\n"));
    assert_eq!(run.stderr, "");
}

#[test]
fn a_region_names_its_partition() {
    let by_region = printed(&["policies", "user", "--region", "cn-north-1"]);
    let by_name = printed(&["policies", "user", "--partition", "aws-cn"]);
    assert_eq!(by_region, by_name);
    assert!(
        by_region
            .to_string()
            .contains("arn:aws-cn:s3:::remotionlambda-*")
    );
}

#[test]
fn a_version_without_the_partition_says_so() {
    let run = Program::new([
        "policies",
        "user",
        "--partition",
        "aws-cn",
        "--remotion-version",
        "4.0.300",
    ])
    .run()
    .expect(2);
    assert_eq!(run.stdout, "");
    assert!(
        run.stderr
            .contains("@remotion/lambda 4.0.300 has no policies for the partition aws-cn"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_region_without_remotion_is_a_wrong_call() {
    for (region, says) in [
        (
            "us-gov-west-1",
            "Remotion has no permission list for the region us-gov-west-1",
        ),
        ("moon", "\"moon\" from --region is not an AWS region"),
        ("us-east-", "is not an AWS region"),
        ("", "is not an AWS region"),
    ] {
        let run = Program::new(["policies", "user", "--region", region])
            .run()
            .expect(2);
        assert!(run.stderr.contains(says), "{region}: {}", run.stderr);
    }
}

#[test]
fn the_custom_role_holds_exactly_the_versions_list() {
    for list in lists(Product::CloudRun) {
        for version in &list.seen {
            let role = printed(&[
                "policies",
                "service-account",
                "--format",
                "json",
                "--remotion-version",
                &version.to_string(),
            ]);
            let file = file(Product::CloudRun, &list.oldest().to_string());
            assert_eq!(
                role,
                json!({
                    "title": "Remotion API Service Account",
                    "description": format!("What Remotion {version} needs to deploy to and render on Cloud Run"),
                    "stage": "GA",
                    "includedPermissions": file["permissions"],
                })
            );
        }
    }
}

/// Both formats say the same; the YAML is read by a YAML parser.
#[test]
fn the_custom_role_is_the_same_in_yaml() {
    let yaml = Program::new(["policies", "service-account"])
        .run()
        .expect(0);
    let json = printed(&["policies", "service-account", "--format", "json"]);
    let read: Value = serde_saphyr::from_str(&yaml.stdout).unwrap();
    assert_eq!(read, json);
}

#[test]
fn show_gives_every_permission_with_its_reason() {
    let all = printed(&["policies", "show", "--format", "json"]);
    let packages: Vec<&str> = all
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["package"].as_str().unwrap())
        .collect();
    assert_eq!(packages, ["@remotion/lambda", "@remotion/cloudrun"]);
    let lambda = all[0]["permissions"].as_array().unwrap();
    let policy = printed(&["policies", "user"]);
    let needed: usize = policy["Statement"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            one["Action"].as_array().unwrap().len() * one["Resource"].as_array().unwrap().len()
        })
        .sum();
    assert_eq!(
        lambda.iter().filter(|one| one["subject"] == "user").count(),
        needed
    );
    assert!(
        lambda
            .iter()
            .all(|one| one["reason"].as_str().unwrap().len() > 30)
    );

    let table = Program::new(["policies", "show"]).run().expect(0).stdout;
    for one in lambda {
        let name = one["permission"].as_str().unwrap();
        let first = name.get(..20).unwrap_or(name);
        assert!(table.contains(first), "{name}");
    }
}

#[test]
fn tables_fit_the_width() {
    for width in [80, 200] {
        for arguments in [["policies", "show"], ["policies", "list"]] {
            let run = Program::new(arguments)
                .env("COLUMNS", width.to_string())
                .run()
                .expect(0);
            let longest = run.stdout.lines().map(|line| line.chars().count()).max();
            assert!(longest <= Some(width), "{longest:?} in {width}");
        }
    }
}

#[test]
fn list_tells_what_changed() {
    let all = printed(&["policies", "list", "--format", "json"]);
    let lists = all[0]["lists"].as_array().unwrap();
    let step = lists
        .iter()
        .find(|step| step["first"] == "4.0.418")
        .unwrap();
    assert_eq!(
        step["changes"],
        json!(["+ user: s3:PutBucketPolicy on arn:aws:s3:::remotionlambda-*"])
    );
    let china = lists
        .iter()
        .find(|step| step["first"] == "4.0.512")
        .unwrap();
    assert_eq!(china["changes"], json!(["+ the partition aws-cn"]));
    assert_eq!(all[0]["applies"], "4.0.527");
    assert_eq!(all[0]["chosen"], "newest_known");
}

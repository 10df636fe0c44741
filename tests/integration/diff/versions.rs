//! Two versions: what came, what went, and what to add.

use std::collections::BTreeSet;

use remperm::audit::{self, Terms};
use remperm::diff::{self, Addition, Options};
use remperm::exit::Exit;
use remperm::manifest::{Certainty, Manifest, Partition, Policy, Product, Way, changes, lists};
use remperm::offline;
use remperm::permission::Subject;
use remperm::version::{self, Search};
use semver::Version;

use super::{diff, json};

const SUBJECTS: [Subject; 2] = [Subject::User, Subject::Role];

fn manifest(version: &Version) -> Manifest {
    Manifest::of(Product::Lambda, version).unwrap()
}

/// The pairs of permission and scope that a policy grants.
fn granted(policy: &Policy) -> BTreeSet<(String, String)> {
    let mut granted = BTreeSet::new();
    for statement in &policy.statement {
        for action in &statement.action {
            for resource in &statement.resource {
                granted.insert((action.to_ascii_lowercase(), resource.clone()));
            }
        }
    }
    granted
}

/// Every known version stands in exactly one list, so that what holds for the lists holds for all
/// pairs of versions.
#[test]
fn each_known_version_has_the_list_that_it_was_seen_in() {
    let mut versions = 0;
    for product in [Product::Lambda, Product::CloudRun] {
        for list in lists(product) {
            for version in &list.seen {
                let manifest = Manifest::of(product, version).unwrap();
                assert_eq!(manifest.certainty, Certainty::Verified, "{version}");
                assert_eq!(manifest.list, list, "{version}");
                versions += 1;
            }
        }
    }
    assert!(versions > 240, "{versions}");
}

/// For all pairs of lists, forwards and backwards: the changes are the difference of what the
/// recorded policies grant.
#[test]
fn the_changes_are_the_difference_of_the_lists() {
    let all = lists(Product::Lambda);
    let mut with_changes = 0;
    for before in &all {
        for after in &all {
            let (from, to) = (manifest(before.newest()), manifest(after.oldest()));
            for partition in [Partition::Aws, Partition::AwsCn] {
                for subject in SUBJECTS {
                    let (Some(old), Some(new)) = (
                        before.policy(subject, partition),
                        after.policy(subject, partition),
                    ) else {
                        assert!(changes(&from, &to, subject, partition).is_err());
                        continue;
                    };
                    let (old, new) = (granted(old), granted(new));
                    let changes = changes(&from, &to, subject, partition).unwrap();
                    let of = |way: Way| -> BTreeSet<(String, String)> {
                        changes
                            .iter()
                            .filter(|change| change.way == way)
                            .map(|change| {
                                let one = &change.requirement;
                                (one.permission.to_ascii_lowercase(), one.scope.clone())
                            })
                            .collect()
                    };
                    let about = format!("{} to {} {subject}", from.version, to.version);
                    assert_eq!(of(Way::Came), &new - &old, "{about}");
                    assert_eq!(of(Way::Went), &old - &new, "{about}");
                    assert!(changes.iter().all(|change| !change.perhaps), "{about}");
                    for change in &changes {
                        assert!(!change.requirement.reason.is_empty(), "{about}");
                        let moved = changes.iter().any(|other| {
                            other.way != change.way
                                && other.requirement.permission == change.requirement.permission
                        });
                        assert_eq!(change.scope_changed, moved, "{about}");
                    }
                    with_changes += usize::from(!changes.is_empty());
                }
            }
        }
    }
    assert!(with_changes > 50, "{with_changes}");
}

/// The check of policy files against a version, and how it ends.
fn exit(policies: &[&Policy], subject: Subject, version: &str, partition: Partition) -> Exit {
    let directory = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    for (index, policy) in policies.iter().enumerate() {
        let path = directory.path().join(format!("{index}.json"));
        std::fs::write(&path, serde_json::to_vec(policy).unwrap()).unwrap();
        files.push(path);
    }
    let options = offline::Options {
        subject: Some(subject),
        identity_policies: files,
        regions: match partition {
            Partition::Aws => Vec::new(),
            Partition::AwsCn => vec!["cn-north-1".to_owned()],
        },
        ..offline::Options::default()
    };
    let search = Search {
        version: Some(version.to_owned()),
        ..Search::default()
    };
    let applied = version::find(Product::Lambda, &search).unwrap();
    let report = audit::aws_offline(&options, &applied, &Terms::default()).unwrap();
    report.exit()
}

fn added(from: &str, to: &str, subject: Subject, partition: Partition) -> Option<Policy> {
    let options = Options {
        subject: Some(subject),
        partition,
        ..Options::default()
    };
    match diff::addition(from, to, &options).unwrap().0 {
        Addition::Aws(policy) => policy,
        Addition::Gcp(_) => panic!("an AWS subject"),
    }
}

/// For all pairs of lists: who holds the older policy and adds what is printed passes the check of
/// the newer version, and who does not add it does not.
#[test]
fn the_older_policy_with_the_addition_passes_the_newer_check() {
    let all = lists(Product::Lambda);
    let mut additions = 0;
    for (index, before) in all.iter().enumerate() {
        for after in &all[index..] {
            let (from, to) = (before.newest().to_string(), after.newest().to_string());
            for partition in before.partitions() {
                for subject in SUBJECTS {
                    let about = format!("{from} to {to} {subject}");
                    let old = before.policy(subject, partition).unwrap();
                    let addition = added(&from, &to, subject, partition);
                    let with: Vec<&Policy> = [old].into_iter().chain(&addition).collect();
                    assert_eq!(exit(&with, subject, &to, partition), Exit::Held, "{about}");
                    let without = exit(&[old], subject, &to, partition);
                    match &addition {
                        Some(_) => assert_eq!(without, Exit::Missing, "{about}"),
                        None => assert_eq!(without, Exit::Held, "{about}"),
                    }
                    additions += usize::from(addition.is_some());
                }
            }
        }
    }
    assert!(additions > 20, "{additions}");
}

/// From and to a version between two lists: what only one of them has is added, whichever it had.
#[test]
fn the_addition_of_doubtful_versions_suffices_for_either_list() {
    let all = lists(Product::Lambda);
    let between = manifest(&"4.0.60".parse().unwrap());
    let earlier = between.earlier.clone().unwrap();
    for subject in SUBJECTS {
        let old = earlier.policy(subject, Partition::Aws).unwrap();
        for after in all.iter().skip(7) {
            let to = after.newest().to_string();
            let addition = added("4.0.60", &to, subject, Partition::Aws);
            let with: Vec<&Policy> = [old].into_iter().chain(&addition).collect();
            assert_eq!(
                exit(&with, subject, &to, Partition::Aws),
                Exit::Held,
                "{to} {subject}"
            );
        }
        for before in all.iter().take(7) {
            let from = before.newest().to_string();
            let old = before.policy(subject, Partition::Aws).unwrap();
            let addition = added(&from, "4.0.60", subject, Partition::Aws);
            let with: Vec<&Policy> = [old].into_iter().chain(&addition).collect();
            assert_eq!(
                exit(&with, subject, "4.0.60", Partition::Aws),
                Exit::Held,
                "{from} {subject}"
            );
        }
    }
}

/// Between two versions of the same gap the list changes once, in the order of versions.
#[test]
fn within_a_gap_the_order_decides() {
    let of = |from: &str, to: &str| -> Vec<(Way, bool)> {
        let (from, to) = (from.parse().unwrap(), to.parse().unwrap());
        changes(
            &manifest(&from),
            &manifest(&to),
            Subject::Role,
            Partition::Aws,
        )
        .unwrap()
        .iter()
        .map(|change| (change.way, change.perhaps))
        .collect()
    };
    assert_eq!(of("4.0.60", "4.0.65"), [(Way::Came, true); 3]);
    assert_eq!(of("4.0.65", "4.0.60"), [(Way::Went, true); 3]);
    assert_eq!(of("4.0.60", "4.0.60"), []);
    assert_eq!(of("4.0.53", "4.0.60"), [(Way::Came, true); 3]);
    assert_eq!(of("4.0.60", "4.0.74"), [(Way::Came, true); 3]);
    assert_eq!(of("4.0.74", "4.0.60"), [(Way::Went, true); 3]);
    assert_eq!(of("4.0.53", "4.0.74"), [(Way::Came, false); 3]);
    // Of what is open in two different gaps nobody knows that it is held.
    let open_twice = of("4.0.60", "3.3.60");
    assert!(open_twice.iter().all(|(way, _)| *way == Way::Went));
}

#[test]
fn a_table_with_reasons() {
    let run = diff(&["4.0.400", "4.0.418"]).run().expect(0);
    for says in [
        "AWS user",
        "came",
        "s3:PutBucketPolicy",
        "on arn:aws:s3:::remotionlambda-*",
        "From      @remotion/lambda 4.0.400",
        "To        @remotion/lambda 4.0.418",
        "user: 1 came, 0 went",
        "role: 0 came, 0 went",
        "service-account: 0 came, 0 went",
    ] {
        assert!(run.stdout.contains(says), "{says}: {}", run.stdout);
    }
    let back = diff(&["4.0.418", "4.0.400", "--subject", "user"])
        .run()
        .expect(0);
    assert!(
        back.stdout.contains("user: 0 came, 1 went"),
        "{}",
        back.stdout
    );
    assert!(!back.stdout.contains("role:"), "{}", back.stdout);
}

#[test]
fn json_names_everything() {
    let run = diff(&["4.0.400", "4.0.418", "--format", "json"])
        .run()
        .expect(0);
    let json = json(&run);
    assert_eq!(json["packages"][0]["package"], "@remotion/lambda");
    assert_eq!(json["packages"][1]["package"], "@remotion/cloudrun");
    let changes = json["packages"][0]["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0]["change"], "came");
    assert_eq!(changes[0]["permission"], "s3:PutBucketPolicy");
    assert_eq!(changes[0]["doubtful"], false);
    assert_eq!(json["warnings"].as_array().unwrap().len(), 0);
}

#[test]
fn doubtful_versions_say_so_in_every_format() {
    let warning = "4.0.60 lies between 4.0.53 and 4.0.74, whose lists differ";
    for format in ["table", "json", "markdown"] {
        let run = diff(&[
            "4.0.60",
            "4.0.418",
            "--product",
            "lambda",
            "--format",
            format,
        ])
        .run()
        .expect(0);
        let flat = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(warning), "{format}: {}", run.stdout);
        assert!(flat.contains("doubtful"), "{format}: {}", run.stdout);
        assert!(run.stderr.contains(warning), "{format}: {}", run.stderr);
        let run = diff(&[
            "4.0.418",
            "4.9.9",
            "--product",
            "lambda",
            "--format",
            format,
        ])
        .run()
        .expect(0);
        assert!(
            run.stderr
                .contains("the list of @remotion/lambda 4.9.9 is not known")
        );
        let flat = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            flat.contains("4.9.9 is not known"),
            "{format}: {}",
            run.stdout
        );
        if format != "json" {
            assert!(flat.contains("as far as is known"), "{}", run.stdout);
        }
    }
    let add = diff(&["4.0.60", "4.0.74", "--add", "--subject", "role"])
        .run()
        .expect(0);
    assert!(add.stderr.contains(warning), "{}", add.stderr);
    assert!(add.stdout.contains("logs:PutLogEvents"));
}

#[test]
fn markdown_is_escaped() {
    let run = diff(&["4.0.400", "4.0.418", "--format", "markdown"])
        .run()
        .expect(0);
    assert!(
        run.stdout
            .starts_with("### Permissions: 4.0.400 → 4.0.418\n")
    );
    assert!(
        run.stdout
            .contains("| came | s3:PutBucketPolicy | arn:aws:s3:::remotionlambda-\\* | ")
    );
    assert!(
        !run.stdout.contains("@remotion"),
        "a mention: {}",
        run.stdout
    );
    let policy = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:Get*",
        "Resource":"arn:aws:s3:::a|b<c>@d`e`[f](https://g)#1"}}"#;
    let run = diff(&["www.@you|x.json", "empty.json", "--format", "markdown"])
        .file("www.@you|x.json", policy)
        .file("empty.json", policy.replace("a|b", "z"))
        .run()
        .expect(0);
    assert!(
        run.stdout
            .contains("arn:aws:s3:::a\\|b&lt;c&gt;&#64;d\\`e\\`\\[f\\]\\(https:/&#47;g\\)&#35;1"),
        "{}",
        run.stdout
    );
    assert!(
        run.stdout.contains("www&#46;&#64;you\\|x.json"),
        "{}",
        run.stdout
    );
    for line in run.stdout.lines().filter(|line| line.starts_with('|')) {
        let bars = line.replace("\\|", "").matches('|').count();
        assert_eq!(bars, 5, "{line}");
    }
}

#[test]
fn the_addition_stands_alone_on_stdout() {
    let run = diff(&["4.0.400", "4.0.527", "--subject", "user", "--add"])
        .run()
        .expect(0);
    let policy: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(policy["Statement"][0]["Action"][0], "s3:PutBucketPolicy");
    assert_eq!(run.stderr, "");
    let none = diff(&["4.0.418", "4.0.527", "--subject", "user", "--add"])
        .run()
        .expect(0);
    assert_eq!(none.stdout, "");
    assert!(none.stderr.contains("there is nothing to add"));
    let china = diff(&[
        "4.0.512",
        "4.0.527",
        "--subject",
        "user",
        "--partition",
        "aws-cn",
    ])
    .run()
    .expect(0);
    assert!(china.stdout.contains("user: 0 came, 0 went"));
}

#[test]
fn wrong_calls_say_what_is_wrong() {
    for (arguments, says) in [
        (&["4.0.400", "1.0.0"][..], "is older than 3.0.0"),
        (&["4.0.400", "4.1.0-alpha1"], "is a prerelease"),
        (&["4.0.400", "nowhere.json"], "can't read nowhere.json"),
        (&["-", "-"], "only once"),
        (
            &["4.0.400", "4.0.527", "--add"],
            "whose permissions to print is not said",
        ),
        (
            &[
                "4.0.400",
                "4.0.527",
                "--product",
                "cloudrun",
                "--subject",
                "user",
            ],
            "@remotion/cloudrun has no such subject",
        ),
        (
            &[
                "4.0.400",
                "4.0.527",
                "--partition",
                "aws-cn",
                "--product",
                "lambda",
            ],
            "4.0.400 knows no list for the partition aws-cn",
        ),
        (
            &["3.0.0", "3.3.8", "--product", "cloudrun"],
            "older than 4.0.56",
        ),
        (
            &["4.0.400", "4.0.527", "--add", "--format", "json"],
            "cannot be used with",
        ),
    ] {
        let run = diff(arguments).run().expect(2);
        assert!(run.stderr.contains(says), "{says}: {}", run.stderr);
        assert_eq!(run.stdout, "");
    }
    // Where only one of the packages has no list, the other one is compared.
    let run = diff(&["3.0.0", "3.3.8"]).run().expect(0);
    assert!(
        run.stderr
            .contains("not compared: @remotion/cloudrun 3.0.0"),
        "{}",
        run.stderr
    );
}

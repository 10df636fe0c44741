//! Every version's own policies, whole and damaged: which rows flip is computed from the policy,
//! and witnesses are confirmed by the slow matcher.

use remperm::manifest::{Partition, Policy, Product, Statement, lists};
use remperm::offline::Options;
use remperm::permission::Subject;
use remperm::report::{Finding, Report};
use remperm::verdict::{Cause, Held, Verdict};
use remperm::version::Applied;

use super::matcher::matches_arn;
use super::{Files, applied, check, options};

const SUBJECTS: [Subject; 2] = [Subject::User, Subject::Role];

/// Checks policies of one version and partition, all in the same file.
struct Checker {
    files: Files,
    applied: Applied,
    subject: Subject,
    partition: Partition,
    policy: Policy,
}

impl Checker {
    fn new(version: &str, subject: Subject, partition: Partition) -> Self {
        let applied = applied(version);
        let policy = applied.manifest.list.policy(subject, partition).unwrap();
        Self {
            files: Files::new(),
            policy: policy.clone(),
            applied,
            subject,
            partition,
        }
    }

    fn check(&self, policy: &Policy) -> Report {
        self.check_with(policy, |_| ())
    }

    fn check_with(&self, policy: &Policy, change: impl FnOnce(&mut Options)) -> Report {
        let policy = serde_json::to_value(policy).unwrap();
        let mut options = options(self.subject, self.files.write("policy.json", &policy));
        // Only a region tells that it is about China.
        if self.partition == Partition::AwsCn {
            options.regions = vec!["cn-north-1".to_owned()];
        }
        change(&mut options);
        check(&options, &self.applied)
    }

    fn name(&self) -> String {
        format!(
            "{} {} {}",
            self.applied.manifest.version,
            self.partition.name(),
            self.subject.name()
        )
    }
}

fn findings(report: &Report) -> &[Finding] {
    assert_eq!(report.audits.len(), 1);
    &report.audits[0].findings
}

/// One checker for each list, subject and partition, with the newest version of the list.
fn each_list() -> Vec<Checker> {
    let mut checkers = Vec::new();
    for list in lists(Product::Lambda) {
        for partition in list.partitions() {
            for subject in SUBJECTS {
                checkers.push(Checker::new(&list.newest().to_string(), subject, partition));
            }
        }
    }
    assert!(checkers.len() >= 22, "{}", checkers.len());
    checkers
}

/// Whether a statement still allows a row's permission on its scope.
fn allows(statement: &Statement, row: &Finding) -> bool {
    let action = |one: &String| one.eq_ignore_ascii_case(&row.permission);
    let resource = |one: &String| *one == row.scope || one == "*";
    statement.action.iter().any(action) && statement.resource.iter().any(resource)
}

fn is_held(policy: &Policy, row: &Finding) -> bool {
    policy.statement.iter().any(|one| allows(one, row))
}

fn held(finding: &Finding) -> &Held {
    let Verdict::Pass(held) = &finding.verdict else {
        panic!("{finding:#?}");
    };
    held
}

#[test]
fn the_policies_of_every_version_pass_their_own_check() {
    let mut versions = 0;
    for list in lists(Product::Lambda) {
        for version in &list.seen {
            versions += 1;
            for partition in list.partitions() {
                for subject in SUBJECTS {
                    let checker = Checker::new(&version.to_string(), subject, partition);
                    let report = checker.check(&checker.policy);
                    let name = checker.name();
                    let needs: usize = checker
                        .policy
                        .statement
                        .iter()
                        .map(|one| one.action.len() * one.resource.len())
                        .sum();
                    assert_eq!(findings(&report).len(), needs, "{name}");
                    for row in findings(&report) {
                        assert!(matches!(row.verdict, Verdict::Pass(_)), "{name}: {row:#?}");
                    }
                    assert_eq!(report.exit().code(), 0, "{name}");
                }
            }
        }
    }
    assert!(versions > 200, "{versions}");
}

/// What is asked is the scope itself where nothing names anything in it: a whole bucket's objects
/// for what acts on objects.
#[test]
fn the_whole_scope_is_asked_about() {
    for checker in each_list() {
        if checker.partition == Partition::AwsCn {
            continue;
        }
        let report = checker.check(&checker.policy);
        for row in findings(&report) {
            let asked = &held(row).asked;
            let objects = format!("{}/*", row.scope);
            let user = row.scope.replace("${aws:username}", "remotion-user");
            assert_eq!(asked.len(), 1, "{row:#?}");
            let expected = if row.permission.contains("Object") {
                objects
            } else {
                user
            };
            assert_eq!(asked[0], expected, "{}", checker.name());
        }
    }
}

#[test]
fn without_one_action_exactly_its_rows_fail() {
    for checker in each_list() {
        for at in 0..checker.policy.statement.len() {
            for action in &checker.policy.statement[at].action {
                let mut policy = checker.policy.clone();
                let statement = &mut policy.statement[at];
                statement.action.retain(|one| one != action);
                if statement.action.is_empty() {
                    policy.statement.remove(at);
                }
                let name = format!("{} without {action} of {at}", checker.name());
                let report = checker.check(&policy);
                let mut failed = 0;
                for row in findings(&report) {
                    let expected = is_held(&policy, row);
                    match &row.verdict {
                        Verdict::Pass(_) => assert!(expected, "{name}: {row:#?}"),
                        Verdict::Fail(Cause::NothingAllows) => {
                            assert!(!expected, "{name}: {row:#?}");
                            assert_eq!(&row.permission, action, "{name}");
                            failed += 1;
                        }
                        other => panic!("{name}: {other:?}"),
                    }
                }
                // No action stands in two statements that reach the same scope.
                assert_eq!(
                    failed,
                    checker.policy.statement[at].resource.len(),
                    "{name}"
                );
                assert_eq!(report.exit().code(), 1, "{name}");
            }
        }
    }
}

/// What a resource can be narrowed to, so that a part of it is left.
fn narrowings(resource: &str) -> Vec<String> {
    let mut narrower = Vec::new();
    if let Some(head) = resource.strip_suffix('*')
        && !head.is_empty()
    {
        narrower.push(format!("{head}x*"));
        narrower.push(format!("{head}*x"));
        narrower.push(format!("{head}???*"));
        narrower.push(format!("{head}production"));
        narrower.push(format!("{head}production/*"));
    }
    let parts: Vec<&str> = resource.splitn(6, ':').collect();
    if let [arn, partition, service, region, account, rest] = parts.as_slice() {
        if *region == "*" {
            for region in ["eu-central-1", "us-*", "*-1"] {
                narrower.push(format!(
                    "{arn}:{partition}:{service}:{region}:{account}:{rest}"
                ));
            }
        }
        if *account == "*" {
            for account in ["123456789012", "1*", "????????????"] {
                narrower.push(format!(
                    "{arn}:{partition}:{service}:{region}:{account}:{rest}"
                ));
            }
        }
    }
    narrower
}

#[test]
fn with_a_narrower_resource_exactly_its_rows_say_narrower() {
    let mut narrowed = 0;
    for checker in each_list() {
        // The region is known there: the other test names regions.
        if checker.partition == Partition::AwsCn {
            continue;
        }
        let whole = checker.check(&checker.policy);
        for at in 0..checker.policy.statement.len() {
            for entry in 0..checker.policy.statement[at].resource.len() {
                let resource = &checker.policy.statement[at].resource[entry];
                for narrower in narrowings(resource) {
                    let mut policy = checker.policy.clone();
                    policy.statement[at].resource[entry].clone_from(&narrower);
                    let name = format!("{}: {resource} as {narrower}", checker.name());
                    let report = checker.check(&policy);
                    let mut flipped = 0;
                    for (row, before) in findings(&report).iter().zip(findings(&whole)) {
                        assert_eq!(
                            (&row.permission, &row.scope),
                            (&before.permission, &before.scope)
                        );
                        if is_held(&policy, row) {
                            held(row);
                            continue;
                        }
                        flipped += 1;
                        assert_eq!(&row.scope, resource, "{name}");
                        let question = &held(before).asked[0];
                        if narrower.ends_with("production") && question.ends_with("/*") {
                            // A bucket by itself is no part of its objects.
                            assert_eq!(row.verdict, Verdict::Fail(Cause::NothingAllows), "{name}");
                        } else {
                            expect_narrower(row, question, &narrower, &name);
                        }
                    }
                    assert_eq!(flipped, checker.policy.statement[at].action.len(), "{name}");
                    assert_eq!(report.exit().code(), 1, "{name}");
                    narrowed += 1;
                }
            }
        }
    }
    assert!(narrowed > 400, "{narrowed}");
}

#[track_caller]
fn expect_narrower(row: &Finding, question: &str, narrower: &str, name: &str) {
    let Verdict::Fail(Cause::NotCovered { cause, witness }) = &row.verdict else {
        panic!("{name}: {row:#?}");
    };
    let Cause::Narrower { held_for } = cause.as_ref() else {
        panic!("{name}: {row:#?}");
    };
    assert_eq!(held_for, &[narrower.to_owned()], "{name}");
    assert!(!matches_arn(narrower, witness), "{name}: {witness}");
    assert!(matches_arn(question, witness), "{name}: {witness}");
    assert!(
        !witness.contains(['*', '?']),
        "{name}: {witness} is no resource"
    );
    assert_eq!(row.status().code(), "fail");
}

/// `*` can't be narrowed by a little: what acts on no resource of its own is not allowed on any
/// ARN, and all else on some only.
#[test]
fn an_arn_in_place_of_every_resource() {
    for checker in each_list() {
        for at in 0..checker.policy.statement.len() {
            if checker.policy.statement[at].resource != ["*"] {
                continue;
            }
            let mut policy = checker.policy.clone();
            let of_all = format!("arn:{}:lambda:*:*:*", checker.partition.name());
            policy.statement[at].resource = vec![of_all.clone()];
            let report = checker.check(&policy);
            for row in findings(&report) {
                if is_held(&policy, row) {
                    held(row);
                    continue;
                }
                assert!(
                    checker.policy.statement[at]
                        .action
                        .contains(&row.permission)
                );
                let on_resources = ["lambda:GetFunction", "iam:SimulatePrincipalPolicy"];
                if on_resources.contains(&row.permission.as_str())
                    || !row.permission.contains("List") && !row.permission.contains("servicequotas")
                {
                    let Verdict::Fail(Cause::NotCovered { cause, witness }) = &row.verdict else {
                        panic!("{row:#?}");
                    };
                    assert_eq!(
                        **cause,
                        Cause::Narrower {
                            held_for: vec![of_all.clone()]
                        }
                    );
                    assert_eq!(witness, "*");
                } else {
                    assert_eq!(row.verdict, Verdict::Fail(Cause::NothingAllows), "{row:#?}");
                }
            }
            assert_eq!(report.exit().code(), 1);
        }
    }
}

/// No name is empty, so that `name-?*` is enough; a component of its own may be.
#[test]
fn an_empty_rest_of_a_name_is_not_required() {
    for checker in each_list() {
        let mut policy = checker.policy.clone();
        let mut narrower = Vec::new();
        for resource in policy
            .statement
            .iter_mut()
            .flat_map(|one| &mut one.resource)
        {
            if let Some(head) = resource.strip_suffix('*')
                && !head.is_empty()
            {
                if head.ends_with(':') {
                    narrower.push(resource.clone());
                }
                *resource = format!("{head}?*");
            }
        }
        for row in findings(&checker.check(&policy)) {
            match &row.verdict {
                Verdict::Pass(_) => assert!(!narrower.contains(&row.scope), "{row:#?}"),
                Verdict::Fail(Cause::NotCovered { cause, witness }) => {
                    assert!(narrower.contains(&row.scope), "{row:#?}");
                    assert_eq!(cause.code(), "narrower");
                    assert!(witness.ends_with(':'), "{witness}");
                }
                other => panic!("{other:?}"),
            }
        }
    }
}

/// Without one of a statement's resources, its rows fail and those of the others stay.
#[test]
fn without_one_resource_exactly_its_rows_fail() {
    let mut taken_out = 0;
    for checker in each_list() {
        for at in 0..checker.policy.statement.len() {
            if checker.policy.statement[at].resource.len() < 2 {
                continue;
            }
            for resource in &checker.policy.statement[at].resource {
                let mut policy = checker.policy.clone();
                policy.statement[at].resource.retain(|one| one != resource);
                let report = checker.check(&policy);
                for row in findings(&report) {
                    if is_held(&policy, row) {
                        held(row);
                    } else {
                        assert_eq!(&row.scope, resource);
                        assert_eq!(row.verdict, Verdict::Fail(Cause::NothingAllows));
                        taken_out += 1;
                    }
                }
                assert_eq!(report.exit().code(), 1);
            }
        }
    }
    assert!(taken_out > 20, "{taken_out}");
}

/// A policy for one region and account is right where the check names them, wrong where it names
/// others, and narrower where it names none.
#[test]
fn names_make_a_limited_policy_pass() {
    for checker in each_list() {
        let region = checker.partition.global_region();
        let mut policy = checker.policy.clone();
        let mut limited = Vec::new();
        for resource in policy
            .statement
            .iter_mut()
            .flat_map(|one| &mut one.resource)
        {
            let narrower = resource
                .replacen(
                    ":*:",
                    &format!(":{region}:"),
                    usize::from(!resource.contains(":iam:")),
                )
                .replacen(":*:", ":123456789012:", 1);
            if narrower != *resource {
                limited.push(resource.clone());
                *resource = narrower;
            }
        }
        let name = checker.name();
        let named = |account: &str, region: &str| {
            checker.check_with(&policy, |options| {
                options.account = Some(account.to_owned());
                options.regions = vec![region.to_owned()];
            })
        };
        let report = named("123456789012", region);
        for row in findings(&report) {
            assert!(matches!(row.verdict, Verdict::Pass(_)), "{name}: {row:#?}");
        }
        let elsewhere = named("210987654321", region);
        for row in findings(&elsewhere) {
            // The accounts of layers are not the user's.
            let is_limited = limited.contains(&row.scope) && row.scope.contains(":*:");
            let has_account = row.scope.split(':').nth(4) == Some("*");
            let expected = if is_limited && has_account {
                "fail"
            } else {
                "pass"
            };
            assert_eq!(row.status().code(), expected, "{name}: {row:#?}");
        }
        let unnamed = checker.check_with(&policy, |options| options.account = None);
        for row in findings(&unnamed) {
            let has_account = row.scope.split(':').nth(4) == Some("*");
            let is_open = limited.contains(&row.scope)
                && (checker.partition == Partition::Aws || has_account);
            match &row.verdict {
                Verdict::Pass(_) => assert!(!is_open, "{name}: {row:#?}"),
                Verdict::Fail(cause) => {
                    assert!(is_open, "{name}: {row:#?}");
                    assert_eq!(cause.code(), "narrower", "{name}: {row:#?}");
                }
                Verdict::Unknown(_) => panic!("{name}: {row:#?}"),
            }
        }
    }
}

//! Every kind of caller, resolved to the principal whose policies count.

use super::{ACCOUNT, USER, account, check, deployer, in_parallel, not_passed, printed, statement};
use crate::support::aws::{Aws, Caller, RunningAws};
use crate::support::program::Run;

const LINKED: &str = "/aws-service-role/lambda.amazonaws.com/";

/// An account with one of each; `looks` may look roles up.
fn everybody(looks: bool) -> RunningAws {
    let look = statement(
        "Allow",
        &[if looks { "iam:GetRole" } else { "iam:GetUser" }],
    );
    let user = printed("user");
    let holds =
        |one: crate::support::aws::Entity| one.inline("remotion", &user).inline("look", &look);
    account()
        .user("/", "plain", holds)
        .role("/", "builder", holds)
        .role("/ci/team/", "runner", holds)
        .sso_role(None, "Developers", holds)
        .sso_role(Some("eu-west-1"), "Operators", holds)
        .role(LINKED, "AWSServiceRoleForX", |role| role)
        .group("/", "team", |group| group.inline("remotion", &user))
        .start()
}

fn tested(run: &Run) -> String {
    let report = run.report();
    let name = &report["audits"][0]["tested"]["principals"][0]["name"];
    name.as_str().unwrap_or_default().to_owned()
}

fn notes(run: &Run) -> String {
    run.report()["audits"][0]["notes"].to_string()
}

/// The rows of the user, each distinct `status why` once.
fn of_user(run: &Run) -> Vec<String> {
    let mut words: Vec<String> = run
        .findings()
        .iter()
        .filter(|one| one.subject == "user")
        .map(|one| format!("{} {}", one.status, one.why).trim().to_owned())
        .collect();
    words.dedup();
    words
}

#[test]
fn each_kind_of_caller() {
    let developers = Aws::sso_role_name("Developers");
    let operators = Aws::sso_role_name("Operators");
    let role = |name: &str| Caller::assumed_role(name, "session");
    let sso = format!("arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso.amazonaws.com");
    let iam = format!("arn:aws:iam::{ACCOUNT}");
    // The caller, the principal that is tested, and its rows: first where roles can be looked
    // up, then where that is refused.
    let pass = "pass";
    let lost = "unknown not_simulable";
    let cases = [
        (
            Caller::user("plain"),
            format!("{iam}:user/plain"),
            pass,
            pass,
        ),
        (deployer(), USER.to_owned(), pass, pass),
        (role("builder"), format!("{iam}:role/builder"), pass, pass),
        (
            role("runner"),
            format!("{iam}:role/ci/team/runner"),
            pass,
            lost,
        ),
        (role(&developers), format!("{sso}/{developers}"), pass, pass),
        (
            role(&operators),
            format!("{sso}/eu-west-1/{operators}"),
            pass,
            pass,
        ),
    ];
    for looks in [true, false] {
        in_parallel(&cases, |(caller, principal, looked_up, refused)| {
            let aws = everybody(looks);
            let run = check(&aws, caller)
                .arguments(["--region", "eu-west-1"])
                .run();
            let expected = if looks { looked_up } else { refused };
            assert_eq!(of_user(&run), [*expected], "{caller:?} {looks}");
            let code = if *expected == "pass" { 0 } else { 3 };
            assert_eq!(run.code, Some(code), "{caller:?} {looks}: {}", run.stderr);
            if *expected == "pass" {
                assert_eq!(tested(&run), *principal, "{caller:?} {looks}");
            }
            let said = notes(&run).contains("the path of the role");
            let session = matches!(caller, Caller::AssumedRole { .. });
            assert_eq!(said, session && !looks, "{caller:?} {}", notes(&run));
        });
    }
}

#[test]
fn those_that_can_not_be_simulated_have_a_verdict_of_their_own() {
    for (caller, says) in [
        (Caller::Root, "root user"),
        (Caller::FederatedUser("bob".to_owned()), "federated user"),
    ] {
        let aws = everybody(false);
        let run = check(&aws, &caller)
            .arguments(["--subject", "user"])
            .run()
            .expect(3);
        assert_eq!(of_user(&run), ["unknown not_simulable"], "{caller:?}");
        let findings = run.findings();
        assert!(
            findings
                .iter()
                .all(|one| one.detail.contains(says) && one.detail.contains("--principal")),
            "{:?}",
            findings.first()
        );
        assert_eq!(aws.count("SimulatePrincipalPolicy"), 0, "{caller:?}");
        // What to do instead: name somebody.
        if caller == Caller::Root {
            check(&aws, &caller)
                .arguments(["--principal", USER])
                .run()
                .expect(0);
        }
    }
    let aws = everybody(true);
    let linked = format!("arn:aws:iam::{ACCOUNT}:role{LINKED}AWSServiceRoleForX");
    let run = check(&aws, &deployer())
        .arguments(["--subject", "user", "--principal", &linked])
        .run()
        .expect(3);
    assert!(run.findings()[0].detail.contains("service-linked role"));
    // The role's own rows are answered beside those of a caller that can't be.
    let run = check(&aws, &Caller::Root).run().expect(3);
    assert!(
        run.findings()
            .iter()
            .all(|one| (one.subject == "role") == (one.status == "pass"))
    );
}

#[test]
fn each_kind_of_named_principal() {
    let aws = everybody(true);
    let iam = format!("arn:aws:iam::{ACCOUNT}");
    let sts = format!("arn:aws:sts::{ACCOUNT}:assumed-role");
    let developers = Aws::sso_role_name("Developers");
    for (named, principal) in [
        (format!("{iam}:user/plain"), format!("{iam}:user/plain")),
        (format!("{iam}:group/team"), format!("{iam}:group/team")),
        (
            format!("{iam}:role/ci/team/runner"),
            format!("{iam}:role/ci/team/runner"),
        ),
        (
            format!("{sts}/runner/session"),
            format!("{iam}:role/ci/team/runner"),
        ),
        (
            format!("{sts}/{developers}/jane@example.com"),
            format!("{iam}:role/aws-reserved/sso.amazonaws.com/{developers}"),
        ),
    ] {
        let run = check(&aws, &Caller::user("plain"))
            .arguments(["--principal", &named])
            .run()
            .expect(0);
        assert_eq!(tested(&run), principal, "{named}");
    }
    // One that is not there is not known to lack anything.
    let run = check(&aws, &deployer())
        .arguments(["--subject", "user"])
        .arguments(["--principal", &format!("{iam}:user/nobody")])
        .run();
    assert_ne!(run.code, Some(0));
    assert!(run.findings().iter().all(|one| one.status != "pass"));
}

#[test]
fn a_principal_of_another_account_is_said_to_be_one() {
    let aws = everybody(true);
    let run = check(&aws, &deployer())
        .arguments(["--principal", "arn:aws:iam::210987654321:user/x"])
        .run();
    assert_ne!(run.code, Some(0));
    assert!(
        run.findings()
            .iter()
            .all(|one| one.status != "pass" || one.subject == "role")
    );
    assert!(
        notes(&run).contains("belongs to account 210987654321, the caller to 123456789012"),
        "{}",
        notes(&run)
    );
    assert_eq!(
        run.report()["audits"][0]["tested"]["account"],
        "210987654321"
    );
}

#[test]
fn a_refused_look_up_changes_nothing_but_the_notes() {
    let run = check(&everybody(false), &deployer()).run().expect(0);
    assert_eq!(not_passed(&run), Vec::<String>::new());
    assert!(notes(&run).contains("could not be looked up (iam:GetRole)"));
    let run = check(&everybody(true), &deployer()).run().expect(0);
    assert!(
        notes(&run).contains("could not be looked up"),
        "the deployer may not"
    );
    let run = check(&everybody(true), &Caller::user("plain"))
        .run()
        .expect(0);
    assert!(!notes(&run).contains("could not be looked up"));
}

#[test]
fn an_execution_role_with_a_path_is_passed_under_its_true_name() {
    let pass_all = super::on(
        "Allow",
        &["iam:PassRole"],
        "arn:aws:iam::*:role/apps/remotion-lambda-role",
    );
    let look = statement("Allow", &["iam:GetRole"]);
    let aws = Aws::new(ACCOUNT)
        .user("/", "deployer", |user| {
            user.inline("remotion", super::without(&printed("user"), "iam:PassRole"))
                .inline("pass", &pass_all)
                .inline("look", &look)
        })
        .role("/apps/", "remotion-lambda-role", |role| {
            role.inline("remotion", printed("role"))
        })
        .start();
    let run = check(&aws, &deployer()).run().expect(0);
    let report = run.report();
    assert_eq!(
        report["audits"][0]["tested"]["principals"][1]["name"],
        "arn:aws:iam::123456789012:role/apps/remotion-lambda-role"
    );
}

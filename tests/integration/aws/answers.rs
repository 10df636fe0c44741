//! The simulator's answers in all shapes, cut, wrong and without an end: never a false pass.

use super::{account, account_with, check, deployer, in_parallel, not_passed, printed, without};
use crate::support::aws::{Failure, Paging, ResultFault, Shape};
use crate::support::http::Times;

#[test]
fn every_shape_of_answers_says_the_same() {
    for shape in [Shape::Old, Shape::OldAggregate, Shape::Rebuilt] {
        let aws = account().with(|settings| settings.shape = shape).start();
        check(&aws, &deployer()).run().expect(0);
        let user = without(&printed("user"), "s3:PutObject");
        let aws = account_with(&user, &printed("role"))
            .with(|settings| settings.shape = shape)
            .start();
        let run = check(&aws, &deployer()).run().expect(1);
        assert_eq!(
            not_passed(&run),
            ["user s3:PutObject fail nothing_allows"],
            "{shape:?}"
        );
    }
}

#[test]
fn pages_are_followed_to_their_end() {
    for (paging, size) in [
        (Paging::Right, 1),
        (Paging::Right, 3),
        (Paging::EmptyFirst, 1_000),
        (Paging::EmptyFirst, 2),
    ] {
        let aws = account()
            .with(|settings| {
                settings.paging = paging;
                settings.page_size = size;
            })
            .start();
        let run = check(&aws, &deployer()).run().expect(0);
        assert_eq!(not_passed(&run), Vec::<String>::new(), "{paging:?}");
        // And what is on a later page counts.
        aws.change(|state| {
            state.edit_user("deployer", |user| {
                user.inline("remotion", without(&printed("user"), "lambda:TagResource"))
            })
        });
        let run = check(&aws, &deployer()).run().expect(1);
        assert_eq!(
            not_passed(&run),
            ["user lambda:TagResource fail nothing_allows"],
            "{paging:?} {size}"
        );
    }
}

#[test]
fn pages_without_an_end_leave_unknown_what_they_did_not_answer() {
    for (paging, size) in [
        (Paging::Lost, 1),
        (Paging::Lost, 1_000),
        (Paging::Repeated, 1),
        (Paging::Repeated, 2),
    ] {
        let aws = account()
            .with(|settings| {
                settings.paging = paging;
                settings.page_size = size;
            })
            .start();
        let run = check(&aws, &deployer()).run();
        if size == 1_000 {
            // Everything that was asked stands on the one page; what else may be missing there
            // was not asked.
            assert!(matches!(run.code, Some(0 | 3)));
            continue;
        }
        let run = run.expect(3);
        let findings = run.findings();
        assert!(findings.iter().all(|one| one.status != "fail"));
        // No call that has more actions than fit on its pages is answered whole.
        for permission in ["s3:PutBucketPolicy", "lambda:TagResource"] {
            let one = findings
                .iter()
                .find(|one| one.permission == permission)
                .unwrap();
            assert_eq!(
                (one.status.as_str(), one.why.as_str()),
                ("unknown", "garbled"),
                "{paging:?} {size} {permission}"
            );
        }
    }
}

#[test]
fn pages_that_never_end_are_left_in_time() {
    let aws = account()
        .with(|settings| {
            settings.paging = Paging::Endless;
            settings.page_size = 5;
        })
        .start();
    let run = check(&aws, &deployer()).run();
    assert!(matches!(run.code, Some(0 | 3)), "{:?}", run.code);
    assert!(run.findings().iter().all(|one| one.status != "fail"));
    let calls = aws.count("SimulatePrincipalPolicy");
    assert!(calls < 3_000, "{calls}");
}

#[test]
fn a_result_that_is_wrong_leaves_exactly_its_rows_unknown() {
    let action = || "s3:PutObject".to_owned();
    for (fault, why) in [
        (ResultFault::LeaveOut(action()), "unanswered"),
        (ResultFault::Contradict(action()), "garbled"),
        (ResultFault::UnknownDecision(action()), "garbled"),
        (ResultFault::OtherResource(action()), "garbled"),
    ] {
        for shape in [Shape::Old, Shape::OldAggregate, Shape::Rebuilt] {
            let aws = account()
                .with(|settings| {
                    settings.shape = shape;
                    settings.results = vec![fault.clone()];
                })
                .start();
            let run = check(&aws, &deployer()).run();
            let expected = ["user", "role"].map(|one| format!("{one} s3:PutObject unknown {why}"));
            assert_eq!(not_passed(&run), expected, "{fault:?} {shape:?}");
            run.expect(3);
        }
    }
}

#[test]
fn an_answer_without_a_decision_is_never_a_pass() {
    for shape in [Shape::Old, Shape::OldAggregate, Shape::Rebuilt] {
        let aws = account()
            .with(|settings| {
                settings.shape = shape;
                settings.results = vec![ResultFault::MissingDecision("s3:PutObject".to_owned())];
            })
            .start();
        let run = check(&aws, &deployer()).run().expect(3);
        let findings = run.findings();
        for one in findings
            .iter()
            .filter(|one| one.permission == "s3:PutObject")
        {
            assert_eq!(one.status, "unknown", "{shape:?}");
        }
        // The other calls have nothing to do with it.
        let quota = findings
            .iter()
            .find(|one| one.permission == "servicequotas:GetServiceQuota")
            .unwrap();
        assert_eq!(quota.status, "pass");
    }
}

#[test]
fn a_result_that_nobody_asked_for_changes_nothing() {
    let user = without(&printed("user"), "s3:PutBucketPolicy");
    let aws = account_with(&user, &printed("role"))
        .with(|settings| {
            settings.results = vec![ResultFault::Unasked("s3:GetBucketPolicy".to_owned())];
        })
        .start();
    let run = check(&aws, &deployer()).run().expect(1);
    assert_eq!(
        not_passed(&run),
        ["user s3:PutBucketPolicy fail nothing_allows"]
    );
}

/// Where an answer is cut: at each element that it has, from the inside to the last tag.
const CUTS: [&str; 14] = [
    "<SimulatePrincipalPolicyResult>",
    "<EvaluationResults>",
    "<member>",
    "<EvalActionName>",
    "</EvalActionName>",
    "<EvalDecision>",
    "</EvalDecision>",
    "<MatchedStatements>",
    "<MissingContextValues>",
    "</EvaluationResults>",
    "<IsTruncated>",
    "</SimulatePrincipalPolicyResult>",
    "<ResponseMetadata>",
    "</SimulatePrincipalPolicyResponse>",
];

#[test]
fn an_answer_that_is_cut_anywhere_is_never_a_pass() {
    in_parallel(&CUTS, |cut| {
        let aws = account().with(|settings| settings.page_size = 2).start();
        aws.fail(
            "SimulatePrincipalPolicy",
            Failure::CutXmlBefore(cut),
            Times::All,
        );
        let run = check(&aws, &deployer())
            .env("AWS_MAX_ATTEMPTS", "1")
            .run()
            .expect(3);
        let findings = run.findings();
        assert!(
            findings.iter().all(|one| one.status == "unknown"),
            "{cut}: {:?}",
            findings.iter().find(|one| one.status != "unknown")
        );
    });
}

#[test]
fn an_answer_that_is_cut_once_is_asked_for_again_or_unknown() {
    let aws = account().start();
    aws.fail("SimulatePrincipalPolicy", Failure::CutXml, Times::First(1));
    let run = check(&aws, &deployer()).run();
    assert!(matches!(run.code, Some(0 | 3)), "{:?}", run.code);
    if run.code == Some(0) {
        let calls = aws.count("SimulatePrincipalPolicy");
        aws.server().clear_faults();
        aws.server().log().clear();
        check(&aws, &deployer()).run().expect(0);
        assert_eq!(calls, aws.count("SimulatePrincipalPolicy") + 1);
    }
}

#[test]
fn who_is_calling_is_not_read_out_of_a_cut_answer() {
    for cut in ["<Arn>", "</Arn>", "<Account>", "</GetCallerIdentityResult>"] {
        let aws = account().start();
        aws.fail("GetCallerIdentity", Failure::CutXmlBefore(cut), Times::All);
        let run = check(&aws, &deployer())
            .env("AWS_MAX_ATTEMPTS", "1")
            .run()
            .expect(3);
        assert!(run.findings().iter().all(|one| one.status == "unknown"));
        assert_eq!(aws.count("SimulatePrincipalPolicy"), 0, "{cut}");
    }
}

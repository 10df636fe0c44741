//! What is tried again, and what is not.

use super::faults::{CALLS, Wrong};
use super::{account, check, deployer};
use crate::support::aws::Failure;
use crate::support::http::Times;

#[test]
fn what_passes_is_tried_again() {
    for (call, wrong) in [
        (
            "GetCallerIdentity",
            Wrong::Failure(Failure::ServiceUnavailable),
        ),
        ("GetCallerIdentity", Wrong::Failure(Failure::Throttling)),
        (
            "SimulatePrincipalPolicy",
            Wrong::Failure(Failure::ServiceFailure),
        ),
        ("SimulatePrincipalPolicy", Wrong::Reset),
        ("SimulatePrincipalPolicy", Wrong::Failure(Failure::CutXml)),
        ("SimulatePrincipalPolicy", Wrong::Status(503)),
    ] {
        let aws = account().start();
        wrong.lay_over(&aws, call, Times::First(1));
        let run = check(&aws, &deployer()).run();
        assert_eq!(run.code, Some(0), "{call} {wrong:?}: {}", run.stderr);
    }
}

#[test]
fn what_stays_is_not_tried_again() {
    for failure in [
        Failure::AccessDenied,
        Failure::ExpiredToken,
        Failure::InvalidClientTokenId,
        Failure::SignatureDoesNotMatch,
        Failure::InvalidInput,
        Failure::NoSuchEntity,
    ] {
        let aws = account().start();
        aws.fail("GetCallerIdentity", failure, Times::All);
        check(&aws, &deployer()).run().expect(3);
        assert_eq!(aws.count("GetCallerIdentity"), 1, "{failure:?}");
    }
}

#[test]
fn a_service_that_throttles_every_second_call_still_ends_right() {
    for failure in [Failure::Throttling, Failure::TooManyRequests] {
        let aws = account().start();
        for call in CALLS {
            aws.fail(call, failure, Times::EverySecond);
        }
        let patient = || check(&aws, &deployer());
        let run = patient().run();
        assert_eq!(run.code, Some(0), "{failure:?}: {}", run.stderr);
        aws.change(|state| {
            state.edit_role("remotion-lambda-role", |role| {
                role.without_inline("remotion")
            });
        });
        let run = patient().run().expect(1);
        assert!(
            run.findings()
                .iter()
                .all(|one| (one.subject == "role") == (one.status == "fail"))
        );
    }
}

//! Pages, wrong results, errors and garbage.

use super::{USER, account, allow, block, decision, iam, lines, refusal, simulate, statement};
use crate::support::aws::{Caller, Failure, Paging, ResultFault, RunningAws};
use crate::support::http::Times;

const ACTIONS: [&str; 5] = ["s3:A01", "s3:A02", "s3:A03", "s3:A04", "s3:A05"];

/// Follows markers for at most so many pages: the number of results on each and its marker.
fn pages(aws: &RunningAws, most: usize) -> Vec<(usize, bool, Option<String>)> {
    let client = iam(aws, &Caller::user("deployer"));
    let mut pages = Vec::new();
    let mut marker = None;
    while pages.len() < most {
        let call = client.simulate_principal_policy().policy_source_arn(USER);
        let call = call.set_action_names(Some(ACTIONS.map(str::to_owned).to_vec()));
        let output = block(call.set_marker(marker).send()).expect("a page");
        marker = output.marker().map(str::to_owned);
        pages.push((
            output.evaluation_results().len(),
            output.is_truncated(),
            marker.clone(),
        ));
        if marker.is_none() {
            break;
        }
    }
    pages
}

fn paged(paging: Paging) -> RunningAws {
    account(&allow("s3:*", "*"))
        .with(|settings| {
            settings.page_size = 2;
            settings.paging = paging;
        })
        .start()
}

#[test]
fn pages_follow_each_other() {
    let sizes = |pages: &[(usize, bool, Option<String>)]| {
        pages
            .iter()
            .map(|page| (page.0, page.1))
            .collect::<Vec<_>>()
    };
    let right = pages(&paged(Paging::Right), 9);
    assert_eq!(sizes(&right), [(2, true), (2, true), (1, false)]);
    let empty = pages(&paged(Paging::EmptyFirst), 9);
    assert_eq!(sizes(&empty), [(0, true), (2, true), (2, true), (1, false)]);
    let lost = pages(&paged(Paging::Lost), 9);
    assert_eq!(lost, [(2, true, None)]);
    let repeated = pages(&paged(Paging::Repeated), 4);
    assert_eq!(sizes(&repeated), [(2, true); 4]);
    assert!(
        repeated
            .windows(2)
            .all(|two| matches!(two, [one, other] if one.2 == other.2))
    );
    let endless = pages(&paged(Paging::Endless), 6);
    assert_eq!(
        sizes(&endless),
        [
            (2, true),
            (2, true),
            (1, true),
            (0, true),
            (0, true),
            (0, true)
        ]
    );
    assert!(
        endless
            .windows(2)
            .all(|two| matches!(two, [one, other] if one.2 != other.2))
    );
}

#[test]
fn a_marker_belongs_to_its_request() {
    let aws = paged(Paging::Right);
    let marker = pages(&aws, 1).remove(0).2;
    let client = iam(&aws, &Caller::user("deployer"));
    let call = client.simulate_principal_policy().policy_source_arn(USER);
    let others = ACTIONS.map(|action| action.replace("A", "B")).to_vec();
    let call = call.set_action_names(Some(others)).set_marker(marker);
    let result = block(call.send());
    assert_eq!(refusal(result), ("ValidationError".to_owned(), 400));
}

#[test]
fn results_go_wrong_as_they_are_told() {
    let aws = account(&allow("s3:*", "*")).start();
    let asked = |fault: ResultFault| {
        aws.change(|state| state.settings.results = vec![fault]);
        lines(&simulate(&aws, &["s3:Get", "s3:Put"], &["*"]))
    };
    let get = "s3:Get".to_owned();
    let template = "arn:${Partition}:s3:::${BucketName}";
    let line = |action: &str, resource: &str, word: &str| format!("{action} {resource} {word}");
    let right = line("s3:Put", template, "allowed");
    assert_eq!(
        asked(ResultFault::LeaveOut(get.clone())),
        std::slice::from_ref(&right)
    );
    assert_eq!(
        asked(ResultFault::Contradict(get.clone())),
        [
            line("s3:Get", template, "allowed"),
            right.clone(),
            line("s3:Get", template, "implicitDeny")
        ]
    );
    assert_eq!(
        asked(ResultFault::UnknownDecision(get.clone())),
        [line("s3:Get", template, "perhaps"), right.clone()]
    );
    assert_eq!(
        asked(ResultFault::OtherResource(get.clone())),
        [
            line("s3:Get", "arn:aws:s3:::somebody-elses", "allowed"),
            right.clone()
        ]
    );
    assert_eq!(
        asked(ResultFault::Unasked("s3:Else".to_owned())),
        [
            line("s3:Get", template, "allowed"),
            right,
            line("s3:Else", template, "allowed")
        ]
    );
    aws.change(|state| state.settings.results = vec![ResultFault::MissingDecision(get)]);
    let client = iam(&aws, &Caller::user("deployer"));
    let call = client.simulate_principal_policy().policy_source_arn(USER);
    // What the client makes of it is the client's affair; that it is not there is this server's.
    let _ = block(call.action_names("s3:Get").send());
    let fault = aws.server();
    assert_eq!(
        fault
            .log()
            .count(&RunningAws::calls_of("SimulatePrincipalPolicy")),
        6
    );
}

#[test]
fn each_failure_has_its_code() {
    let aws = account(&allow("s3:*", "*")).start();
    let client = iam(&aws, &Caller::user("deployer"));
    for failure in Failure::ALL {
        // The one that this client does not notice: see the next test.
        if failure == Failure::CutXml {
            continue;
        }
        aws.server().clear_faults();
        aws.fail("SimulatePrincipalPolicy", failure, Times::All);
        let call = client.simulate_principal_policy().policy_source_arn(USER);
        let result = block(call.action_names("s3:Get").send());
        assert!(result.is_err(), "{failure:?} {result:?}");
        let status = match failure {
            Failure::RequestExpired | Failure::InvalidInput | Failure::Throttling => 400,
            Failure::NoSuchEntity => 404,
            Failure::TooManyRequests => 429,
            Failure::ServiceFailure | Failure::PolicyEvaluation => 500,
            Failure::ServiceUnavailable | Failure::HtmlError => 503,
            Failure::OtherXml | Failure::Html | Failure::Empty => 200,
            _ => 403,
        };
        let code = match failure {
            _ if status == 200 || failure == Failure::HtmlError => String::new(),
            Failure::TooManyRequests => "TooManyRequestsException".to_owned(),
            other => format!("{other:?}"),
        };
        assert_eq!(refusal(result), (code, status), "{failure:?}");
    }
}

#[test]
fn the_rust_client_takes_a_cut_answer_for_a_whole_one() {
    let policy = statement(
        "Allow",
        "s3:*",
        "*",
        r#"{"StringNotEquals":{"aws:RequestedRegion":"eu-west-1"}}"#,
    );
    let aws = account(&policy)
        .with(|settings| settings.page_size = 1)
        .start();
    let ask = || simulate(&aws, &["s3:Get", "s3:Put"], &[]);
    assert!(ask().is_truncated());
    for (text, missing) in [("<IsTruncated>", 1), ("<MissingContextValues>", 0)] {
        aws.server().clear_faults();
        aws.fail(
            "SimulatePrincipalPolicy",
            Failure::CutXmlBefore(text),
            Times::All,
        );
        let output = ask();
        assert!(!output.is_truncated(), "the mark of the next page is gone");
        let result = output.evaluation_results().first().expect("a result");
        assert_eq!(result.eval_decision().as_str(), "allowed");
        assert_eq!(result.missing_context_values().len(), missing);
    }
    aws.server().clear_faults();
    aws.fail("SimulatePrincipalPolicy", Failure::CutXml, Times::First(1));
    assert!(ask().marker().is_none());
    assert!(ask().marker().is_some());
}

#[test]
fn throttling_comes_and_goes() {
    let aws = account(&allow("s3:*", "*")).start();
    let client = iam(&aws, &Caller::user("deployer"));
    aws.fail(
        "SimulatePrincipalPolicy",
        Failure::Throttling,
        Times::EverySecond,
    );
    let seen: Vec<bool> = (0..4)
        .map(|_| {
            let call = client.simulate_principal_policy().policy_source_arn(USER);
            block(call.action_names("s3:Get").send()).is_ok()
        })
        .collect();
    assert_eq!(seen, [false, true, false, true]);
    aws.server().clear_faults();
    assert_eq!(decision(&aws, "s3:Get", "*"), "allowed");
    assert_eq!(aws.count("SimulatePrincipalPolicy"), 5);
}

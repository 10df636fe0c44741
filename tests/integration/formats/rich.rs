//! One report that holds everything a report can hold, with odd characters wherever text comes from
//! outside.

use remperm::permission::{Activity, Cloud, Level, Subject};
use remperm::report::{
    Audit, Excess, Extra, Failure, Finding, FindingKind, Readiness, Report, Tested, VersionUsed,
    Waiver,
};
use remperm::verdict::{Cause, Held, Source, Unknown, Verdict, Why};

/// What foreign text may hold to get out of its place in one of the formats.
pub(crate) const ODD: &str = "\"q\" 'q' | ` `` <script>alert(1)</script> ::error::x ##[error]y %0A%25 \r\n::warning::z \
     \u{1b}[31m\u{7}\0\u{9b}m \u{202e}txt\u{2066} 😀 ]]> &amp; --> @octocat https://example.com/a www.example.com \
     a@example.com #12 GH-7 0123abcd [l](http://x) {0} ${a} \\| a|b \u{2028}*b* _i_ <b onclick='x'> é";

/// The same after a name that tells where it stands.
pub(crate) fn odd(name: &str) -> String {
    format!("{name} {ODD}")
}

/// Every kind of cause; a new one does not compile until it is here.
pub(crate) fn causes() -> Vec<Cause> {
    let all = vec![
        Cause::NothingAllows,
        Cause::ExplicitDeny { by: None },
        Cause::ExplicitDeny {
            by: Some(odd("by")),
        },
        Cause::Organization,
        Cause::Boundary,
        Cause::Narrower {
            held_for: vec![odd("held-for")],
        },
        Cause::NotEverywhere {
            held_for: vec![odd("held-for")],
            missing_on: vec![odd("missing-on")],
        },
        Cause::NotEverywhere {
            held_for: Vec::new(),
            missing_on: vec![odd("missing-on")],
        },
        Cause::SessionPolicy,
        Cause::Conditions {
            keys: vec![odd("key")],
        },
        Cause::NotCovered {
            cause: Box::new(Cause::Boundary),
            witness: odd("witness"),
        },
        Cause::NotTrusted,
        Cause::NoSuchPrincipal {
            principal: odd("principal"),
        },
    ];
    for cause in &all {
        match cause {
            Cause::NothingAllows
            | Cause::ExplicitDeny { .. }
            | Cause::Organization
            | Cause::Boundary
            | Cause::Narrower { .. }
            | Cause::NotEverywhere { .. }
            | Cause::SessionPolicy
            | Cause::Conditions { .. }
            | Cause::NotCovered { .. }
            | Cause::NotTrusted
            | Cause::NoSuchPrincipal { .. } => {}
        }
    }
    all
}

/// The kind after this one, so that none can be forgotten.
const fn next(why: Why) -> Option<Why> {
    Some(match why {
        Why::Credentials => Why::Refused,
        Why::Refused => Why::Unreachable,
        Why::Unreachable => Why::Service,
        Why::Service => Why::Garbled,
        Why::Garbled => Why::Unanswered,
        Why::Unanswered => Why::Condition,
        Why::Condition => Why::NotTestable,
        Why::NotTestable => Why::ApiDisabled,
        Why::ApiDisabled => Why::NotSimulable,
        Why::NotSimulable => Why::TooComplex,
        Why::TooComplex => Why::BelowProject,
        Why::BelowProject => Why::DoubtfulNeed,
        Why::DoubtfulNeed => Why::UnknownList,
        Why::UnknownList => Why::UnknownIdentity,
        Why::UnknownIdentity => Why::UnseenPolicy,
        Why::UnseenPolicy => Why::Interrupted,
        Why::Interrupted => Why::Misconfigured,
        Why::Misconfigured => return None,
    })
}

/// Every kind of `unknown`.
pub(crate) fn whys() -> Vec<Why> {
    std::iter::successors(Some(Why::Credentials), |why| next(*why)).collect()
}

/// A finding with a verdict.
pub(crate) fn finding(subject: Subject, name: &str, verdict: Verdict) -> Finding {
    Finding {
        kind: FindingKind::Permission,
        subject,
        group: "Group".to_owned(),
        permission: format!("s3:{name}"),
        scope: "arn:aws:s3:::remotionlambda-*".to_owned(),
        reason: "Renders are written to the bucket.".to_owned(),
        doubtful: false,
        exact: Vec::new(),
        source: Source::AwsSimulator,
        verdict,
        waiver: None,
    }
}

pub(crate) fn passed(subject: Subject, name: &str) -> Finding {
    let held = Held {
        asked: vec!["arn:aws:s3:::remotionlambda-useast1-sample".to_owned()],
        ..Held::default()
    };
    finding(subject, name, Verdict::Pass(held))
}

pub(crate) fn failed(subject: Subject, name: &str) -> Finding {
    finding(subject, name, Verdict::Fail(Cause::NothingAllows))
}

pub(crate) fn unknown(subject: Subject, name: &str, why: Why) -> Finding {
    let detail = "the service did not answer in time".to_owned();
    finding(subject, name, Verdict::Unknown(Unknown::new(why, detail)))
}

pub(crate) fn waived(mut finding: Finding, expired: bool) -> Finding {
    finding.waiver = Some(Waiver {
        reason: odd("waiver-reason"),
        owner: odd("owner"),
        expires: "2027-01-31".to_owned(),
        expired,
    });
    finding
}

/// An audit with these findings and nothing else.
pub(crate) fn audit(cloud: Cloud, findings: Vec<Finding>) -> Audit {
    Audit {
        target: None,
        cloud,
        tested: Tested::default(),
        version: VersionUsed {
            package: match cloud {
                Cloud::Aws => "@remotion/lambda",
                Cloud::Gcp => "@remotion/cloudrun",
            },
            version: "4.0.461".to_owned(),
            chosen: "package_lock",
            chosen_text: "locked in package-lock.json".to_owned(),
            file: Some("package-lock.json".to_owned()),
            line: Some(42),
            certainty: "verified",
            certainty_text: "verified: read from that version's package".to_owned(),
            accepted_newer: false,
            base: None,
        },
        findings,
        notes: Vec::new(),
        readiness: Vec::new(),
        excess: None,
        blind_spots: Vec::new(),
        failure: None,
        accept_unknown: false,
        only_for: Vec::new(),
    }
}

/// Failing: a pass, every cause, every unknown, waivers, all with odd texts.
fn production() -> Audit {
    let mut findings = vec![passed(Subject::User, "Passes")];
    let mut held = passed(Subject::User, "HeldUnderConditions");
    held.verdict = Verdict::Pass(Held {
        asked: vec![odd("asked")],
        taken_as_absent: vec![odd("absent")],
        level: Some(Level::Bucket),
    });
    findings.push(held);
    for (index, cause) in causes().into_iter().enumerate() {
        findings.push(finding(
            Subject::User,
            &format!("Fails{index}"),
            Verdict::Fail(cause),
        ));
    }
    for why in whys() {
        let verdict = Verdict::Unknown(Unknown::new(why, odd("detail")));
        findings.push(finding(Subject::User, &format!("{why:?}"), verdict));
    }
    findings.push(waived(failed(Subject::User, "WaivedFail"), false));
    findings.push(waived(
        unknown(Subject::User, "WaivedUnknown", Why::Refused),
        false,
    ));
    findings.push(waived(failed(Subject::User, "Expired"), true));
    // The same twice, which happens where Remotion's role policy repeats itself.
    findings.push(failed(Subject::Role, "Twice"));
    findings.push(failed(Subject::Role, "Twice"));
    let mut trust = failed(Subject::Role, "AssumeRole");
    trust.kind = FindingKind::TrustPolicy;
    trust.permission = "trust-policy".to_owned();
    trust.verdict = Verdict::Fail(Cause::NotTrusted);
    findings.push(trust);
    let mut strange = failed(Subject::Role, "Odd");
    strange.group = odd("group");
    strange.permission = odd("s3:Odd");
    strange.scope = odd("scope");
    strange.reason = odd("reason");
    strange.doubtful = true;
    findings.push(strange);
    let mut long = passed(Subject::Role, "Long");
    long.scope = "long".repeat(500);
    long.reason = format!("Long {}", "word ".repeat(400));
    findings.push(long);
    Audit {
        target: Some(odd("production")),
        tested: Tested {
            caller: Some(odd("caller")),
            credentials: Some(odd("credentials")),
            principals: vec![
                (Subject::User, odd("user-name")),
                (Subject::Role, odd("role-name")),
            ],
            account: Some("123456789012".to_owned()),
            regions: vec![odd("region")],
            region_source: Some(odd("region-source")),
            ..Tested::default()
        },
        version: VersionUsed {
            version: odd("4.0.461"),
            chosen_text: odd("chosen"),
            certainty_text: odd("certainty"),
            file: Some("apps/my video, 100%: a/package-lock.json".to_owned()),
            accepted_newer: true,
            ..audit(Cloud::Aws, Vec::new()).version
        },
        notes: vec![odd("note")],
        blind_spots: vec!["resource control policies"],
        ..audit(Cloud::Aws, findings)
    }
}

/// Nothing could be asked.
fn unreachable() -> Audit {
    let findings = ["One", "Two", "Three"]
        .map(|name| unknown(Subject::ServiceAccount, name, Why::Unreachable))
        .to_vec();
    Audit {
        target: Some("unreachable".to_owned()),
        failure: Some(Failure {
            reason: Unknown::new(Why::Unreachable, odd("failure")),
            hint: Some(odd("hint")),
        }),
        version: VersionUsed {
            file: Some(odd("/outside/package.json")),
            ..audit(Cloud::Gcp, Vec::new()).version
        },
        ..audit(Cloud::Gcp, findings)
    }
}

/// Nothing is missing; what is unknown is accepted.
fn green() -> Audit {
    let findings = vec![
        passed(Subject::ServiceAccount, "Held"),
        unknown(Subject::ServiceAccount, "Unsure", Why::NotTestable),
    ];
    Audit {
        target: Some("green".to_owned()),
        accept_unknown: true,
        only_for: vec![Activity::Render, Activity::List],
        tested: Tested {
            caller: Some("remotion-sa@my-project.iam.gserviceaccount.com".to_owned()),
            project: Some(odd("project")),
            project_source: Some(odd("project-source")),
            project_number: Some("123456789".to_owned()),
            files: vec![odd("bindings.json")],
            ..Tested::default()
        },
        version: VersionUsed {
            file: None,
            line: None,
            ..audit(Cloud::Gcp, Vec::new()).version
        },
        readiness: [Some(true), Some(false), None]
            .into_iter()
            .map(|ready| Readiness {
                check: "bucket",
                about: odd("about"),
                ready,
                detail: odd("readiness"),
            })
            .collect(),
        excess: Some(Excess {
            held: vec![Extra {
                permission: odd("run.jobs.run"),
                summary: odd("summary"),
            }],
            asked: 90,
            unanswered: 3,
            reason: Some(Unknown::new(Why::Service, odd("excess-reason"))),
            fails: false,
        }),
        ..audit(Cloud::Gcp, findings)
    }
}

/// Three targets: one fails, one can't be checked, one is green.
pub(crate) fn report() -> Report {
    Report {
        audits: vec![production(), unreachable(), green()],
        made_at: Some("2026-11-21T08:45:00Z".to_owned()),
        warnings: vec![odd("warning")],
    }
}

/// The same with so many rows more.
pub(crate) fn large(rows: usize) -> Report {
    let mut report = report();
    let more = (0..rows).map(|index| {
        let name = format!("Row{index}");
        let mut finding = match index % 3 {
            0 => passed(Subject::User, &name),
            1 => failed(Subject::User, &name),
            _ => unknown(Subject::User, &name, Why::Unanswered),
        };
        finding.reason = odd("reason");
        finding
    });
    let mut findings: Vec<Finding> = more.collect();
    findings.append(&mut report.audits[0].findings);
    report.audits[0].findings = findings;
    report
}

/// Short reports of every end, for what has to agree in all formats: each with its name.
pub(crate) fn ends() -> Vec<(&'static str, Report)> {
    let user = Subject::User;
    let aws = |findings: Vec<Finding>| audit(Cloud::Aws, findings);
    let accepting = |findings: Vec<Finding>| Audit {
        accept_unknown: true,
        ..audit(Cloud::Aws, findings)
    };
    let failure = |findings: Vec<Finding>| Audit {
        failure: Some(Failure {
            reason: Unknown::new(Why::Credentials, "no credentials were found"),
            hint: None,
        }),
        ..audit(Cloud::Aws, findings)
    };
    let excess = |held: bool, fails: bool, reason: bool| Audit {
        excess: Some(Excess {
            held: held
                .then(|| Extra {
                    permission: "run.jobs.run".to_owned(),
                    summary: "Run jobs".to_owned(),
                })
                .into_iter()
                .collect(),
            asked: 90,
            unanswered: 0,
            reason: reason.then(|| Unknown::new(Why::Service, "the service failed")),
            fails,
        }),
        ..audit(Cloud::Gcp, vec![passed(Subject::ServiceAccount, "A")])
    };
    let unsure = || unknown(user, "U", Why::Unanswered);
    let pass = || passed(user, "P");
    let fail = || failed(user, "F");
    let trusted = || Finding {
        kind: FindingKind::TrustPolicy,
        ..passed(Subject::Role, "AssumeRole")
    };
    let all = |audits: Vec<Audit>| Report {
        audits,
        made_at: None,
        warnings: Vec::new(),
    };
    vec![
        ("all pass", Report::of(aws(vec![pass()]))),
        ("one fails", Report::of(aws(vec![pass(), fail()]))),
        ("one is unknown", Report::of(aws(vec![pass(), unsure()]))),
        (
            "one fails, one is unknown",
            Report::of(aws(vec![fail(), unsure()])),
        ),
        (
            "waived",
            Report::of(aws(vec![pass(), waived(fail(), false)])),
        ),
        (
            "waived unknown",
            Report::of(aws(vec![pass(), waived(unsure(), false)])),
        ),
        (
            "expired",
            Report::of(aws(vec![pass(), waived(fail(), true)])),
        ),
        (
            "expired unknown",
            Report::of(aws(vec![pass(), waived(unsure(), true)])),
        ),
        ("accepted", Report::of(accepting(vec![pass(), unsure()]))),
        (
            "accepted, nothing checked",
            Report::of(accepting(vec![unsure()])),
        ),
        (
            "accepted, one fails",
            Report::of(accepting(vec![fail(), unsure()])),
        ),
        (
            "accepted, only the trust is known",
            Report::of(accepting(vec![unsure(), trusted()])),
        ),
        (
            "waived, nothing checked",
            Report::of(aws(vec![waived(unsure(), false)])),
        ),
        (
            "waived, only the trust is known",
            Report::of(aws(vec![waived(unsure(), false), trusted()])),
        ),
        (
            "waived and accepted, nothing checked",
            Report::of(accepting(vec![waived(unsure(), false), unsure()])),
        ),
        (
            "accepted, all that is known is waived",
            Report::of(accepting(vec![waived(fail(), false), unsure()])),
        ),
        ("no findings", Report::of(aws(Vec::new()))),
        ("no audits", all(Vec::new())),
        ("failure", Report::of(failure(vec![unsure()]))),
        ("failure without findings", Report::of(failure(Vec::new()))),
        (
            "failure, though all pass",
            Report::of(failure(vec![pass()])),
        ),
        (
            "failure and a fail",
            Report::of(failure(vec![fail(), unsure()])),
        ),
        ("excess", Report::of(excess(true, true, false))),
        (
            "excess that is only told",
            Report::of(excess(true, false, true)),
        ),
        ("excess not known", Report::of(excess(false, true, true))),
        ("excess and not known", Report::of(excess(true, true, true))),
        (
            "two targets, one fails",
            all(vec![aws(vec![pass()]), aws(vec![fail()])]),
        ),
        (
            "two targets, one is empty",
            all(vec![aws(vec![pass()]), aws(Vec::new())]),
        ),
        (
            "two targets, both pass",
            all(vec![aws(vec![pass()]), aws(vec![pass()])]),
        ),
    ]
}

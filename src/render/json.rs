//! The report for machines. Its shape is a public contract with a schema
//! (`tests/schemas/report.schema.json`); a change of it is a new [`SCHEMA_VERSION`].

use std::io::{self, Write};

use serde::Serialize;

use crate::permission::{Activity, Cloud, Level, Subject};
use crate::report::{Audit, Counts, Finding, Report};
use crate::text::steers;
use crate::verdict::{Cause, Source, Verdict, Why};

/// The version of the shape.
pub const SCHEMA_VERSION: u32 = 2;

#[derive(Serialize)]
struct JsonReport<'a> {
    schema_version: u32,
    tool: Tool,
    exit_code: u8,
    /// In UTC, as RFC 3339 writes it.
    made_at: Option<&'a str>,
    counts: JsonCounts,
    warnings: &'a [String],
    audits: Vec<JsonAudit<'a>>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct JsonCounts {
    total: usize,
    checked: usize,
    passed: usize,
    missing: usize,
    unknown: usize,
    waived: usize,
}

#[derive(Serialize)]
struct JsonAudit<'a> {
    /// The name of the target in the configuration.
    target: Option<&'a str>,
    cloud: Cloud,
    exit_code: u8,
    accept_unknown: bool,
    /// The activities whose needs alone were checked; empty means everything.
    only_for: &'a [Activity],
    tested: JsonTested<'a>,
    remotion: JsonVersion<'a>,
    counts: JsonCounts,
    failure: Option<JsonFailure<'a>>,
    notes: &'a [String],
    readiness: Vec<JsonReadiness<'a>>,
    /// Only where it was asked for.
    excess: Option<JsonExcess<'a>>,
    blind_spots: &'a [&'static str],
    findings: Vec<JsonFinding<'a>>,
}

#[derive(Serialize)]
struct JsonTested<'a> {
    caller: Option<&'a str>,
    credentials: Option<&'a str>,
    principals: Vec<JsonPrincipal<'a>>,
    account: Option<&'a str>,
    project: Option<&'a str>,
    project_source: Option<&'a str>,
    project_number: Option<&'a str>,
    regions: &'a [String],
    region_source: Option<&'a str>,
    files: &'a [String],
}

#[derive(Serialize)]
struct JsonPrincipal<'a> {
    subject: Subject,
    name: &'a str,
}

#[derive(Serialize)]
struct JsonVersion<'a> {
    package: &'a str,
    version: &'a str,
    chosen: &'a str,
    file: Option<&'a str>,
    line: Option<usize>,
    certainty: &'a str,
    explanation: String,
    accepted_newer: bool,
    /// Only where no more was checked than what goes beyond another version.
    base: Option<JsonBase<'a>>,
}

#[derive(Serialize)]
struct JsonBase<'a> {
    version: &'a str,
    chosen: &'a str,
    file: Option<&'a str>,
    line: Option<usize>,
    certainty: &'a str,
    explanation: String,
}

#[derive(Serialize)]
struct JsonFailure<'a> {
    reason: Why,
    detail: &'a str,
    hint: Option<&'a str>,
}

#[derive(Serialize)]
struct JsonReadiness<'a> {
    check: &'a str,
    about: &'a str,
    /// `null` where it could not be found out.
    ready: Option<bool>,
    detail: &'a str,
}

#[derive(Serialize)]
struct JsonExcess<'a> {
    asked: usize,
    unanswered: usize,
    reason: Option<&'a str>,
    fails: bool,
    held: Vec<JsonExtra<'a>>,
}

#[derive(Serialize)]
struct JsonExtra<'a> {
    permission: &'a str,
    summary: &'a str,
}

#[derive(Serialize)]
struct JsonFinding<'a> {
    kind: &'static str,
    subject: Subject,
    group: &'a str,
    permission: &'a str,
    scope: &'a str,
    reason: &'a str,
    doubtful: bool,
    status: &'static str,
    /// Only where it is not held.
    cause: Option<&'static str>,
    /// Only where it could not be determined.
    unknown: Option<Why>,
    detail: Option<String>,
    /// Only where it is not held: what mends it.
    remedy: Option<&'static str>,
    /// Only with `pass`: the resources that were asked about.
    asked: Option<&'a [String]>,
    /// Only with `pass`: condition keys that it rests on as absent.
    taken_as_absent: Option<&'a [String]>,
    /// Only with `pass`, on Google Cloud: the level at which it is held.
    level: Option<Level>,
    source: Source,
    /// A person's decision to live with it.
    waiver: Option<JsonWaiver<'a>>,
}

#[derive(Serialize)]
struct JsonWaiver<'a> {
    reason: &'a str,
    owner: &'a str,
    expires: &'a str,
    expired: bool,
}

/// Writes the report, with a line break at its end.
///
/// # Errors
///
/// What the writer says.
pub fn write(report: &Report, out: &mut impl Write) -> io::Result<()> {
    let json = JsonReport {
        schema_version: SCHEMA_VERSION,
        tool: Tool {
            name: "remperm",
            version: env!("CARGO_PKG_VERSION"),
        },
        exit_code: report.exit().code(),
        made_at: report.made_at.as_deref(),
        warnings: &report.warnings,
        counts: counts(Counts::of(report.findings())),
        audits: report.audits.iter().map(audit).collect(),
    };
    write_escaped(&json, out)
}

/// Writes JSON in which characters that steer what shows them stand as escapes: a report that is
/// looked at is safe, and a program reads the same text.
pub(super) fn write_escaped(value: &impl Serialize, out: &mut impl Write) -> io::Result<()> {
    let json = serde_json::to_string_pretty(value)?;
    let mut escaped = String::with_capacity(json.len());
    for character in json.chars() {
        // Line breaks are the layout's own: those of text are escaped already.
        if character != '\n' && steers(character) {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                escaped.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            escaped.push(character);
        }
    }
    writeln!(out, "{escaped}")
}

const fn counts(counts: Counts) -> JsonCounts {
    JsonCounts {
        total: counts.total,
        checked: counts.checked(),
        passed: counts.passed,
        missing: counts.failed,
        unknown: counts.unknown,
        waived: counts.waived,
    }
}

fn audit(audit: &Audit) -> JsonAudit<'_> {
    let tested = &audit.tested;
    let version = &audit.version;
    JsonAudit {
        target: audit.target.as_deref(),
        accept_unknown: audit.accept_unknown,
        only_for: &audit.only_for,
        cloud: audit.cloud,
        exit_code: audit.exit().code(),
        tested: JsonTested {
            caller: tested.caller.as_deref(),
            credentials: tested.credentials.as_deref(),
            principals: tested
                .principals
                .iter()
                .map(|(subject, name)| JsonPrincipal {
                    subject: *subject,
                    name,
                })
                .collect(),
            account: tested.account.as_deref(),
            project: tested.project.as_deref(),
            project_source: tested.project_source.as_deref(),
            project_number: tested.project_number.as_deref(),
            regions: &tested.regions,
            region_source: tested.region_source.as_deref(),
            files: &tested.files,
        },
        remotion: JsonVersion {
            package: version.package,
            version: &version.version,
            chosen: version.chosen,
            file: version.file.as_deref(),
            line: version.line,
            certainty: version.certainty,
            explanation: format!("{}; {}", version.chosen_text, version.certainty_text),
            accepted_newer: version.accepted_newer,
            base: version.base.as_ref().map(|base| JsonBase {
                version: &base.version,
                chosen: base.chosen,
                file: base.file.as_deref(),
                line: base.line,
                certainty: base.certainty,
                explanation: format!("{}; {}", base.chosen_text, base.certainty_text),
            }),
        },
        counts: counts(Counts::of(&audit.findings)),
        failure: audit.failure.as_ref().map(|failure| JsonFailure {
            reason: failure.reason.why,
            detail: &failure.reason.detail,
            hint: failure.hint.as_deref(),
        }),
        notes: &audit.notes,
        readiness: audit
            .readiness
            .iter()
            .map(|one| JsonReadiness {
                check: one.check,
                about: &one.about,
                ready: one.ready,
                detail: &one.detail,
            })
            .collect(),
        excess: audit.excess.as_ref().map(|excess| JsonExcess {
            asked: excess.asked,
            unanswered: excess.unanswered,
            reason: excess.reason.as_ref().map(|reason| reason.detail.as_str()),
            fails: excess.fails,
            held: excess
                .held
                .iter()
                .map(|extra| JsonExtra {
                    permission: &extra.permission,
                    summary: &extra.summary,
                })
                .collect(),
        }),
        blind_spots: &audit.blind_spots,
        findings: audit.findings.iter().map(finding).collect(),
    }
}

fn finding(finding: &Finding) -> JsonFinding<'_> {
    let (cause, unknown, held) = match &finding.verdict {
        Verdict::Pass(held) => (None, None, Some(held)),
        Verdict::Fail(cause) => (Some(cause), None, None),
        Verdict::Unknown(unknown) => (None, Some(unknown.why), None),
    };
    JsonFinding {
        kind: finding.kind.code(),
        subject: finding.subject,
        group: &finding.group,
        permission: &finding.permission,
        scope: &finding.scope,
        reason: &finding.reason,
        doubtful: finding.doubtful,
        status: finding.status().code(),
        cause: cause.map(Cause::code),
        unknown,
        detail: finding.explanation(),
        remedy: cause.map(Cause::remedy),
        asked: held.map(|held| held.asked.as_slice()),
        taken_as_absent: held.map(|held| held.taken_as_absent.as_slice()),
        level: held.and_then(|held| held.level),
        source: finding.source,
        waiver: finding.waiver.as_ref().map(|waiver| JsonWaiver {
            reason: &waiver.reason,
            owner: &waiver.owner,
            expires: &waiver.expires,
            expired: waiver.expired,
        }),
    }
}

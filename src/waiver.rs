//! Waivers: what a person decided to live with, until when, and who answers for it.
//!
//! A waiver takes a finding that did not pass out of the count of what is missing or unknown, and
//! nothing else: the finding stays in the report with its verdict, the reason and the owner. After
//! its last day it counts no more, and the report says so.

use time::Date;

use crate::permission::{Cloud, Subject};
use crate::report::{Audit, Finding, Report, Status, Waiver};

/// One waiver as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The permission, or the name of the other thing that a finding is about.
    pub permission: String,
    /// Only on this scope.
    pub scope: Option<String>,
    /// Only for this subject.
    pub subject: Option<Subject>,
    /// Only for this target.
    pub target: Option<String>,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day on which it counts, in UTC.
    pub expires: Date,
    /// Where it was written, such as `remperm.toml, line 12`.
    pub place: String,
}

impl Rule {
    fn cloud(&self) -> Cloud {
        // Actions of AWS have a service in front, permissions of Google Cloud have none.
        if self.permission.contains(':') {
            Cloud::Aws
        } else {
            Cloud::Gcp
        }
    }

    /// Whether it could concern something of an audit at all.
    fn reaches(&self, audit: &Audit) -> bool {
        let target = match &self.target {
            None => true,
            named => *named == audit.target,
        };
        let names_permission = self.permission.contains([':', '.']);
        target
            && (!names_permission || self.cloud() == audit.cloud)
            && self
                .subject
                .is_none_or(|subject| audit.subjects().contains(&subject))
    }

    fn matches(&self, finding: &Finding) -> bool {
        self.permission.eq_ignore_ascii_case(&finding.permission)
            && self
                .scope
                .as_ref()
                .is_none_or(|scope| *scope == finding.scope)
            && self
                .subject
                .is_none_or(|subject| subject == finding.subject)
    }
}

/// What became of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Use {
    /// It concerns nothing that was checked here.
    Elsewhere,
    /// It matches no finding.
    Nothing,
    /// All that it matches is held.
    Held,
    /// It matches something that did not pass.
    Needed,
}

/// Puts the waivers into a report, as they stand on a day (in UTC), with a warning for each that
/// is not needed. Findings that passed stay as they are.
pub fn apply(report: &mut Report, rules: &[Rule], today: Date) {
    let mut uses = vec![Use::Elsewhere; rules.len()];
    for audit in &mut report.audits {
        let reaching: Vec<bool> = rules.iter().map(|rule| rule.reaches(audit)).collect();
        for ((rule, reaches), used) in rules.iter().zip(&reaching).zip(&mut uses) {
            if *reaches {
                *used = (*used).max(Use::Nothing);
                if audit.findings.iter().any(|finding| rule.matches(finding)) {
                    *used = (*used).max(Use::Held);
                }
            }
        }
        for finding in &mut audit.findings {
            if finding.status() == Status::Pass {
                continue;
            }
            let matching = || {
                rules
                    .iter()
                    .zip(&reaching)
                    .enumerate()
                    .filter(|(_, (rule, reaches))| **reaches && rule.matches(finding))
                    .map(|(index, (rule, _))| (index, rule))
            };
            let counting = matching().find(|(_, rule)| rule.expires >= today);
            let chosen = counting.or_else(|| matching().max_by_key(|(_, rule)| rule.expires));
            let matched: Vec<usize> = matching().map(|(index, _)| index).collect();
            let waiver = chosen.map(|(_, rule)| Waiver {
                reason: rule.reason.clone(),
                owner: rule.owner.clone(),
                expires: rule.expires.to_string(),
                expired: rule.expires < today,
            });
            for index in matched {
                if let Some(used) = uses.get_mut(index) {
                    *used = Use::Needed;
                }
            }
            finding.waiver = waiver;
        }
    }
    for (rule, used) in rules.iter().zip(uses) {
        let what = match used {
            Use::Elsewhere => continue,
            Use::Needed if rule.expires < today => {
                format!("expired on {} and counts no more", rule.expires)
            }
            Use::Needed => continue,
            Use::Nothing => "matches nothing that was checked".to_owned(),
            Use::Held => "is not needed: what it waives is held".to_owned(),
        };
        report.warnings.push(format!(
            "the waiver of {} ({}) {what}",
            rule.permission, rule.place
        ));
    }
}

//! Which users and roles of an account hold what a version needs.

use std::collections::BTreeMap;
use std::num::NonZero;

use super::offline::{ACCOUNT_DETAILS_BLIND_SPOTS, Place, checked, partition, target};
use super::{Terms, findings, requirements};
use crate::aws::Trust;
use crate::aws::arn::{Arn, Caller};
use crate::error::Error;
use crate::holder::{Attached, Content, Holder, HolderKind};
use crate::manifest::{Certainty, Partition};
use crate::offline::{self, Library, Options, Policies};
use crate::permission::{Requirement, Subject};
use crate::plan;
use crate::report::{Counts, Finding, PrincipalList, PrincipalRow};
use crate::verdict::{Answer, Source, Verdict};
use crate::version::Applied;

/// Lists for the users and roles of account details whether they hold what a version needs: users
/// by the user's list, roles by both, as a role may be what deploys or what renders. `wanted`
/// narrows it to these ARNs and names, and the subject to one list.
///
/// # Errors
///
/// A wrong call: an account or region that is none, a file that can't be read or holds no account
/// details, a name that is not in them.
pub fn list(
    options: &Options,
    wanted: &[String],
    applied: &Applied,
    terms: &Terms,
) -> Result<PrincipalList, Error> {
    let regions = checked(options)?;
    let (details, base) = offline::details(options)?;
    let (holders, left_out) = details.listed(wanted, options.account.as_deref())?;
    let arns = || holders.iter().filter_map(|holder| Arn::parse(&holder.name));
    let partition = partition(&regions, arns())?;
    let lists = lists(options, applied, terms, partition)?;
    let judge = |holders: &[Holder]| {
        let mut judging = Judging {
            options,
            applied,
            terms,
            base: &base,
            regions: &regions,
            partition,
            library: Library::default(),
            known: BTreeMap::new(),
        };
        let role_of = |account: &str| details.role_arn(&options.role_name, account);
        judging.rows(holders, &lists, &role_of)
    };
    let mut rows = by_all_processors(&holders, judge);
    rows.sort_by(|one, other| {
        let worst_first = |row: &PrincipalRow| (row.counts.failed, row.counts.unknown);
        worst_first(other)
            .cmp(&worst_first(one))
            .then_with(|| one.principal.cmp(&other.principal))
            .then_with(|| one.list.cmp(&other.list))
    });
    let mut notes = applied.warnings.clone();
    notes.extend(base.warnings.iter().cloned());
    if details.is_cut {
        notes.push(offline::CUT.to_owned());
    }
    if left_out > 0 {
        notes.push(format!(
            "not listed: {left_out} service-linked roles, which only their services can use"
        ));
    }
    let unknown_list = match &applied.manifest.certainty {
        Certainty::Newer { newest } if !terms.accept_newer => {
            notes.push(format!(
                "the list of {} is not known, the newest known is {newest}: update remperm, or accept it with --accept-newer",
                applied.manifest.version
            ));
            true
        }
        _ => false,
    };
    let mut accounts: Vec<String> = arns().map(|arn| arn.account).collect();
    accounts.sort();
    accounts.dedup();
    let mut files = details.files.clone();
    files.extend(base.files.iter().cloned());
    Ok(PrincipalList {
        version: applied.used(terms.accept_newer),
        source: Source::AwsAccountDetails,
        files,
        accounts,
        regions,
        rows,
        notes,
        blind_spots: ACCOUNT_DETAILS_BLIND_SPOTS.to_vec(),
        is_incomplete: details.is_cut || unknown_list,
    })
}

/// Shares the work between the machine's processors.
fn by_all_processors(
    holders: &[Holder],
    judge: impl Fn(&[Holder]) -> Vec<PrincipalRow> + Sync,
) -> Vec<PrincipalRow> {
    let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
    let share = holders.len().div_ceil(processors).max(FEW);
    std::thread::scope(|scope| {
        let judge = &judge;
        let threads: Vec<_> = holders
            .chunks(share)
            .map(|share| scope.spawn(move || judge(share)))
            .collect();
        threads
            .into_iter()
            .flat_map(|thread| match thread.join() {
                Ok(rows) => rows,
                Err(panic) => std::panic::resume_unwind(panic),
            })
            .collect()
    })
}

/// So few are judged sooner than a thread is worth it.
const FEW: usize = 50;

/// What one subject needs.
struct List {
    subject: Subject,
    requirements: Vec<Requirement>,
    /// What is asked depends on who the user is.
    names_the_user: bool,
}

fn lists(
    options: &Options,
    applied: &Applied,
    terms: &Terms,
    partition: Partition,
) -> Result<Vec<List>, Error> {
    let mut lists = Vec::new();
    for subject in [Subject::User, Subject::Role] {
        if options.subject.is_none_or(|only| only == subject) {
            let requirements = requirements(applied, &[subject], partition, terms)?;
            lists.push(List {
                subject,
                names_the_user: plan::names_the_user(&requirements),
                requirements,
            });
        }
    }
    Ok(lists)
}

/// What a verdict on somebody depends on, as far as it differs between them.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    list: Subject,
    account: String,
    policies: Vec<String>,
    boundary: Option<String>,
    /// Somebody who has no verdict in common with others.
    alone: Option<String>,
}

/// Judges one after the other, and those with the same policies once.
struct Judging<'a> {
    options: &'a Options,
    applied: &'a Applied,
    terms: &'a Terms,
    base: &'a Policies,
    regions: &'a [String],
    partition: Partition,
    library: Library,
    known: BTreeMap<Key, PrincipalRow>,
}

impl Judging<'_> {
    fn rows(
        &mut self,
        holders: &[Holder],
        lists: &[List],
        role_of: &impl Fn(&str) -> Option<String>,
    ) -> Vec<PrincipalRow> {
        let mut rows = Vec::new();
        for holder in holders {
            let Some(arn) = Arn::parse(&holder.name) else {
                continue;
            };
            let role = role_of(&arn.account);
            for list in lists {
                if holder.kind == HolderKind::User && list.subject == Subject::Role {
                    continue;
                }
                rows.push(self.row(holder, &arn, list, role.clone()));
            }
        }
        rows
    }

    fn row(
        &mut self,
        holder: &Holder,
        arn: &Arn,
        list: &List,
        role_arn: Option<String>,
    ) -> PrincipalRow {
        let key = key(holder, arn, list);
        let mut row = match self.known.get(&key) {
            Some(known) => known.clone(),
            None => {
                let row = row(&self.findings(holder, arn, list, role_arn), list);
                self.known.insert(key, row.clone());
                row
            }
        };
        row.principal.clone_from(&holder.name);
        // Roles with the same policies may be trusted otherwise.
        if list.subject == Subject::Role {
            let trust = holder.trust.iter().map(Trust::of_readable);
            for trust in trust {
                add(&mut row, &super::aws::trust(&holder.name, trust));
            }
        }
        row
    }

    fn findings(
        &mut self,
        holder: &Holder,
        arn: &Arn,
        list: &List,
        role_arn: Option<String>,
    ) -> Vec<Finding> {
        let place = Place {
            partition: self.partition,
            account: Some(&arn.account),
            regions: self.regions,
            role_arn,
            user_arn: (Caller::of(arn) == Caller::User).then(|| arn.to_string()),
        };
        let target = target(self.options, self.applied, place);
        let questions = plan::aws_questions(&list.requirements, &target);
        let policies = self
            .base
            .clone()
            .with_readable_of(holder, &mut self.library);
        let answers: Vec<Answer> = questions
            .iter()
            .map(|question| {
                let requirement = list.requirements.get(question.requirement);
                policies.answer(question, requirement.and_then(|one| one.acts_on))
            })
            .collect();
        findings(
            &list.requirements,
            &questions,
            &answers,
            Source::AwsAccountDetails,
            self.terms.strict_context,
        )
    }
}

fn key(holder: &Holder, arn: &Arn, list: &List) -> Key {
    let mut policies: Vec<String> = holder.policies.iter().map(told).collect();
    policies.sort();
    let boundary = holder.boundary.as_ref().map(told);
    let may_ask = policies.iter().chain(&boundary).any(|text| asks_who(text));
    Key {
        list: list.subject,
        account: arn.account.clone(),
        alone: (list.names_the_user || may_ask).then(|| holder.name.clone()),
        policies,
        boundary,
    }
}

/// A policy as far as what is said depends on it. Statements that deny or depend on something are
/// called by the policy's name.
fn told(policy: &Attached) -> String {
    match &policy.content {
        Content::Seen(text)
            if ["Deny", "Condition", "${", "\\u"]
                .iter()
                .any(|part| text.contains(part)) =>
        {
            format!("{}\n{text}", policy.name)
        }
        Content::Seen(text) => text.clone(),
        Content::Unseen(why) => format!("{}: {why}", policy.name),
    }
}

/// Whether a policy may ask who makes a request: then its verdict is that of one holder alone. A
/// letter that is written as its number may hide the key.
fn asks_who(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    text.contains("aws:user") || text.contains("aws:principal") || text.contains("\\u")
}

fn row(findings: &[Finding], list: &List) -> PrincipalRow {
    let mut row = PrincipalRow {
        principal: String::new(),
        list: list.subject,
        counts: Counts::default(),
        missing: None,
        unknown: None,
    };
    for finding in findings {
        add(&mut row, finding);
    }
    row
}

/// Counts one more finding.
fn add(row: &mut PrincipalRow, finding: &Finding) {
    row.counts.total += 1;
    match &finding.verdict {
        Verdict::Pass(_) => row.counts.passed += 1,
        Verdict::Fail(_) => {
            row.counts.failed += 1;
            row.missing.get_or_insert_with(|| finding.clone());
        }
        Verdict::Unknown(_) => {
            row.counts.unknown += 1;
            row.unknown.get_or_insert_with(|| finding.clone());
        }
    }
}

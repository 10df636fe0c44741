//! What policies grant to one member: a pass needs a binding, a role and a member that are all
//! certain, and no deny rule that may stand against it.

use super::principal::{self, Member};
use super::truth::{Truth, unknown};
use super::{AllowPolicy, Binding, Place, Policies, Seen, deny, roles};
use crate::judge::levels::{Answered, everywhere};
use crate::permission::{Level, Requirement};
use crate::text::one_line;
use crate::verdict::{Answer, Cause, Unknown, Why};

/// The policies, weighed for one member.
pub(crate) struct Judge<'a> {
    policies: &'a Policies,
    member: &'a Member,
    /// What reports call the project.
    project: String,
    grants: Vec<Grant<'a>>,
}

/// A binding that gives the member a role, or may do so.
struct Grant<'a> {
    policy: &'a AllowPolicy,
    role: &'a Seen<String>,
    given: Truth,
    /// Who else gets it, where that is everybody.
    public: Option<&'static str>,
}

impl<'a> Judge<'a> {
    /// Weighs the policies for a member. The project is its id or number, where that is known.
    pub(crate) fn new(policies: &'a Policies, member: &'a Member, project: Option<&str>) -> Self {
        let mut judge = Self {
            policies,
            member,
            project: project.map_or_else(
                || "the project".to_owned(),
                |project| format!("projects/{project}"),
            ),
            grants: Vec::new(),
        };
        // Who has a basic role of the project is to be known before that is asked below.
        for of_project in [true, false] {
            let policies = policies.allow.iter();
            for policy in policies.filter(|one| (one.place == Place::Project) == of_project) {
                let grants: Vec<Grant<'a>> = policy
                    .bindings
                    .iter()
                    .filter_map(|binding| judge.grant(policy, binding, project))
                    .collect();
                judge.grants.extend(grants);
            }
        }
        judge
    }

    fn grant(
        &self,
        policy: &'a AllowPolicy,
        binding: &'a Binding,
        project: Option<&str>,
    ) -> Option<Grant<'a>> {
        let mut named = Truth::No;
        let mut public = None;
        for member in &binding.members {
            named = named.or(match member {
                Seen::Known(name) => {
                    public = public.or_else(|| principal::public(name));
                    match principal::convenience(name) {
                        Some((role, of)) => self.has_basic_role(policy, role, of, project),
                        None => self.member.is_named_by(name),
                    }
                }
                Seen::Unseen(why) => Truth::open(format!("who has it was not seen: {why}")),
            });
        }
        let hidden = match &binding.role {
            Seen::Known(role) if roles::unmasked(role).1 => Truth::condition(
                "it has a condition that this file does not show: get the policy in version 3",
            ),
            _ => Truth::Yes,
        };
        let given = named
            .and(hidden)
            .and(deny::condition(binding.condition.as_ref()));
        (given != Truth::No).then_some(Grant {
            policy,
            role: &binding.role,
            given,
            public,
        })
    }

    /// Whether the member is one of those who have a basic role on a project.
    fn has_basic_role(
        &self,
        asking: &AllowPolicy,
        role: &str,
        of: &str,
        project: Option<&str>,
    ) -> Truth {
        let members = || format!("those who have {role} on {}", one_line(of));
        if asking.place == Place::Project || project != Some(of) {
            return Truth::open(format!(
                "it is granted to {}, and whether {} is one of them is not in the files",
                members(),
                self.member
            ));
        }
        let given = self
            .grants
            .iter()
            .filter(|grant| grant.policy.place == Place::Project)
            .filter(|grant| match grant.role {
                Seen::Known(name) => roles::unmasked(name).0 == role,
                Seen::Unseen(_) => true,
            })
            .fold(Truth::No, |so, grant| {
                so.or(match grant.role {
                    Seen::Known(_) => grant.given.clone(),
                    Seen::Unseen(why) => grant.given.clone().and(Truth::open(why.clone())),
                })
            });
        let of_project = |one: &&AllowPolicy| one.place == Place::Project;
        if given == Truth::Yes && self.policies.allow.iter().filter(of_project).count() > 1 {
            // Google does not say whether a role that comes from a folder counts here.
            return Truth::open(format!(
                "it is granted to {}, and which of the policies is that of the project is not said",
                members()
            ));
        }
        given
    }

    /// The answers that decide about a requirement: of the project, or of the resources below it
    /// that were given and on which it can be granted.
    pub(crate) fn answers(&self, requirement: &Requirement) -> Vec<Answered> {
        let permission = &requirement.permission;
        let on_project = self.on_project(permission);
        let settled = match &on_project {
            Answer::Allowed { .. } => true,
            Answer::Denied(cause) => *cause != Cause::NothingAllows,
            Answer::Undetermined(_) => false,
        };
        let levels: Vec<Level> = requirement
            .grantable_at
            .iter()
            .copied()
            .filter(|level| *level != Level::Project)
            .collect();
        let of_project = |answer| {
            vec![Answered {
                level: Level::Project,
                resource: self.project.clone(),
                answer,
            }]
        };
        if settled || levels.is_empty() {
            return of_project(on_project);
        }
        let below = everywhere(
            self.places()
                .filter(|(level, _)| levels.contains(level))
                .map(|(level, name)| Answered {
                    level,
                    resource: name.to_owned(),
                    answer: self.on(permission, Some((level, name))),
                }),
        );
        if !below.is_empty() {
            return below;
        }
        match on_project {
            Answer::Denied(_) => of_project(Answer::Undetermined(not_looked_below(&levels))),
            open => of_project(open),
        }
    }

    /// Whether the project, or what stands above it, grants a permission.
    pub(crate) fn on_project(&self, permission: &str) -> Answer {
        self.on(permission, None)
    }

    /// The resources below the project, each once.
    fn places(&self) -> impl Iterator<Item = (Level, &'a str)> {
        let mut places: Vec<(Level, &'a str)> = Vec::new();
        for policy in &self.policies.allow {
            if let Place::Below(level, name) = &policy.place {
                let place = (*level, name.as_str());
                if !places.contains(&place) {
                    places.push(place);
                }
            }
        }
        places.into_iter()
    }

    /// Whether a permission is held on the project, or on a resource, which inherits what the
    /// project grants.
    fn on(&self, permission: &str, place: Option<(Level, &str)>) -> Answer {
        let denied = match deny::ask(&self.policies.deny, self.member, permission) {
            deny::Denial::By(rule) => {
                return Answer::Denied(Cause::ExplicitDeny { by: Some(rule) });
            }
            deny::Denial::Perhaps(truth) => truth,
        };
        let granted = self
            .grants
            .iter()
            .filter(|grant| match (&grant.policy.place, place) {
                (Place::Project, _) => true,
                (Place::Below(level, name), Some(place)) => (*level, name.as_str()) == place,
                (Place::Below(..), None) => false,
            })
            .fold(Truth::No, |so, grant| {
                if so == Truth::Yes {
                    return so;
                }
                so.or(self.grants_it(grant, permission))
            });
        match granted.and(denied.not()) {
            Truth::Yes => Answer::Allowed {
                missing_context: Vec::new(),
            },
            Truth::No => Answer::Denied(Cause::NothingAllows),
            Truth::Open(reasons) => Answer::Undetermined(unknown(&reasons)),
        }
    }

    fn grants_it(&self, grant: &Grant<'_>, permission: &str) -> Truth {
        let (name, holds) = match grant.role {
            Seen::Known(role) => {
                let (role, _) = roles::unmasked(role);
                let holds = roles::holds(&self.policies.roles, role, permission);
                (one_line(role), holds)
            }
            Seen::Unseen(why) => (
                "a role that was not seen".to_owned(),
                Truth::open(why.clone()),
            ),
        };
        // What the role does not hold, nobody has to find out.
        if holds == Truth::No {
            return Truth::No;
        }
        holds
            .and(grant.given.clone())
            .about(|reason| format!("{name} in {}: {reason}", grant.policy.name))
    }

    /// Grants of what is needed that reach everybody, as sentences for people.
    pub(crate) fn public_grants(&self, requirements: &[Requirement]) -> Vec<String> {
        let mut sentences = Vec::new();
        for grant in &self.grants {
            let (Some(who), Seen::Known(role)) = (grant.public, grant.role) else {
                continue;
            };
            let needed = requirements
                .iter()
                .any(|one| self.grants_it(grant, &one.permission) != Truth::No);
            let sentence = format!(
                "{} gives {} to {who}: take that away, and grant it to {} alone",
                grant.policy.name,
                one_line(role),
                self.member
            );
            if needed && !sentences.contains(&sentence) {
                sentences.push(sentence);
            }
        }
        sentences
    }

    /// Whether a predefined role that this program carries decides anything.
    pub(crate) fn rests_on_predefined_roles(&self) -> bool {
        self.grants.iter().any(|grant| match grant.role {
            Seen::Known(role) => {
                let (role, _) = roles::unmasked(role);
                role.starts_with("roles/")
                    && !self.policies.roles.iter().any(|one| one.name == role)
            }
            Seen::Unseen(_) => false,
        })
    }
}

fn not_looked_below(levels: &[Level]) -> Unknown {
    let kinds: Vec<&str> = levels.iter().map(|level| level.name()).collect();
    let flags: Vec<String> = levels
        .iter()
        .filter_map(|level| super::kind_of(*level))
        .map(|kind| format!("--resource-policy {kind}=FILE"))
        .collect();
    Unknown::new(
        Why::BelowProject,
        format!(
            "not held on the project, and no policy of a {} was given: it is granted below the project or not at all; a grant on the project settles it, or {}",
            kinds.join(" or "),
            flags.join(" or ")
        ),
    )
}

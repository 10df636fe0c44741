//! Whether a caller may do what it asks for, and the words in which it is refused.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html>

use super::condition::Context;
use super::decide::{Decision, Peculiarities, decide};
use super::entity::{Entity, Kind};
use super::state::{Caller, State};
use super::wire::ServiceError;

impl State {
    /// Who the caller is by its own ARN, as `GetCallerIdentity` and error texts name it.
    pub(super) fn caller_arn(&self, caller: &Caller) -> String {
        let (partition, account) = (&self.partition, &self.account);
        match caller {
            Caller::Root => format!("arn:{partition}:iam::{account}:root"),
            Caller::User(name) => self.arn(self.existing(Kind::User, name)),
            Caller::AssumedRole { role, session } => {
                format!("arn:{partition}:sts::{account}:assumed-role/{role}/{session}")
            }
            Caller::FederatedUser(name) => {
                format!("arn:{partition}:sts::{account}:federated-user/{name}")
            }
        }
    }

    /// The caller's unique id. That of a role that was deleted meanwhile is made up anew.
    pub(super) fn caller_id(&self, caller: &Caller) -> String {
        match caller {
            Caller::Root => self.account.clone(),
            Caller::User(name) => self.existing(Kind::User, name).id(),
            Caller::AssumedRole { role, session } => {
                let role = self.entity(Kind::Role, role).cloned();
                let role = role.unwrap_or_else(|| Entity::new(Kind::Role, "/", "deleted"));
                format!("{}:{session}", role.id())
            }
            Caller::FederatedUser(name) => format!("{}:{name}", self.account),
        }
    }

    fn existing(&self, kind: Kind, name: &str) -> &Entity {
        self.entity(kind, name)
            .expect("the credentials of a user are gone with the user")
    }

    /// The user or the role whose policies count for the caller.
    pub(super) fn principal(&self, caller: &Caller) -> Option<&Entity> {
        match caller {
            Caller::User(name) => self.entity(Kind::User, name),
            Caller::AssumedRole { role, .. } => self.entity(Kind::Role, role),
            Caller::Root | Caller::FederatedUser(_) => None,
        }
    }

    /// What is known of a request that really comes in.
    pub(super) fn request_context(&self, caller: &Caller) -> Context {
        let mut context = Context::default();
        let one = |value: &str| vec![value.to_owned()];
        let principal = self.principal(caller);
        let arn = principal.map_or_else(|| self.caller_arn(caller), |entity| self.arn(entity));
        context.set("aws:PrincipalArn", one(&arn));
        context.set("aws:PrincipalAccount", one(&self.account));
        context.set("aws:userid", one(&self.caller_id(caller)));
        context.set("aws:SecureTransport", one("true"));
        context.set("aws:RequestedRegion", one(self.global_region()));
        let kind = match caller {
            Caller::Root => "Account",
            Caller::User(_) => "User",
            Caller::AssumedRole { .. } => "AssumedRole",
            Caller::FederatedUser(_) => "FederatedUser",
        };
        context.set("aws:PrincipalType", one(kind));
        if let Caller::User(name) = caller {
            context.set("aws:username", one(name));
        } else {
            context.set("aws:MultiFactorAuthPresent", one("false"));
        }
        if self.organization.is_some() {
            context.set("aws:PrincipalOrgID", one(super::simulate::ORGANIZATION_ID));
        }
        context
    }

    /// Lets a call through or refuses it. `shown` is the resource as the refusal names it, where
    /// that is not its ARN.
    pub(super) fn authorize(
        &self,
        caller: &Caller,
        action: &str,
        resource: &str,
        shown: Option<&str>,
    ) -> Result<(), ServiceError> {
        if *caller == Caller::Root {
            return Ok(());
        }
        let because = match self.principal(caller) {
            // Federated users may not call IAM at all, and a deleted role has no policies.
            None => "because no identity-based policy allows the ACTION action",
            Some(entity) => {
                let outcome = decide(
                    &self.layers(entity),
                    action,
                    resource,
                    &self.request_context(caller),
                    Peculiarities::default(),
                );
                if outcome.decision == Decision::Allowed {
                    return Ok(());
                }
                outcome.because
            }
        };
        Err(ServiceError::new(
            403,
            "AccessDenied",
            format!(
                "User: {} is not authorized to perform: {action} on resource: {} {}",
                self.caller_arn(caller),
                shown.unwrap_or(resource),
                because.replace("ACTION", action)
            ),
        ))
    }
}

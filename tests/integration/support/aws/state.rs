//! What there is in the account: users, roles, groups, policies, an organization, sessions.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use super::decide::{Attached, Layers};
use super::entity::{Entity, Kind};
use super::policy::{Document, Purpose};
use super::settings::Settings;

/// An AWS account.
pub(crate) struct State {
    pub(super) account: String,
    pub(super) partition: String,
    pub(super) entities: BTreeMap<(Kind, String), Entity>,
    pub(super) policies: BTreeMap<String, ManagedPolicy>,
    /// The service control policies per level, from the organization's root down.
    pub(super) organization: Option<Vec<Vec<Document>>>,
    /// Temporary credentials and root's, by access key id.
    pub(super) sessions: BTreeMap<String, Session>,
    /// What the tokens of identity providers outside say, by the token.
    pub(super) web_identities: BTreeMap<String, WebIdentity>,
    /// How the services behave.
    pub(crate) settings: Settings,
}

/// A managed policy with its versions.
pub(super) struct ManagedPolicy {
    pub(super) name: String,
    pub(super) path: String,
    pub(super) by_aws: bool,
    pub(super) versions: BTreeMap<usize, Document>,
    pub(super) default: usize,
}

impl ManagedPolicy {
    pub(super) fn document(&self) -> Option<&Document> {
        self.versions.get(&self.default)
    }
}

/// Who makes a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    /// The account's root user.
    Root,
    /// An IAM user of this name.
    User(String),
    /// A role in a session; SSO users are this, too.
    AssumedRole {
        /// The name of the role, without its path.
        role: String,
        /// The name of the session.
        session: String,
    },
    /// A session of `GetFederationToken`.
    FederatedUser(String),
}

impl Caller {
    /// An IAM user.
    pub(crate) fn user(name: &str) -> Self {
        Self::User(name.to_owned())
    }

    /// A role in a session.
    pub(crate) fn assumed_role(role: &str, session: &str) -> Self {
        Self::AssumedRole {
            role: role.to_owned(),
            session: session.to_owned(),
        }
    }
}

/// What a client signs with.
#[derive(Clone)]
pub(crate) struct Credentials {
    /// The access key id.
    pub(crate) access_key_id: String,
    /// The secret access key.
    pub(crate) secret_access_key: String,
    /// The session token of temporary credentials.
    pub(crate) session_token: Option<String>,
}

/// Credentials in use.
pub(super) struct Session {
    pub(super) credentials: Credentials,
    pub(super) caller: Caller,
    pub(super) expired: bool,
}

/// Somebody whom an OpenID Connect provider outside of AWS vouches for.
#[derive(Clone)]
pub(crate) struct WebIdentity {
    /// The provider's host and path, such as `gitlab.com`.
    pub(crate) provider: String,
    /// The claim `aud`.
    pub(crate) audience: String,
    /// The claim `sub`.
    pub(crate) subject: String,
}

impl State {
    pub(super) fn new(account: &str) -> Self {
        Self {
            account: account.to_owned(),
            partition: "aws".to_owned(),
            entities: BTreeMap::new(),
            policies: BTreeMap::new(),
            organization: None,
            sessions: BTreeMap::new(),
            web_identities: BTreeMap::new(),
            settings: Settings::default(),
        }
    }

    /// Adds or replaces a user, role or group.
    pub(super) fn put(&mut self, entity: Entity) {
        self.entities
            .insert((entity.kind, entity.name.clone()), entity);
    }

    pub(super) fn entity(&self, kind: Kind, name: &str) -> Option<&Entity> {
        self.entities.get(&(kind, name.to_owned()))
    }

    /// Adds a user while the server runs.
    pub(crate) fn add_user(
        &mut self,
        path: &str,
        name: &str,
        describe: impl FnOnce(Entity) -> Entity,
    ) {
        self.put(describe(Entity::new(Kind::User, path, name)));
    }

    /// Changes the user of this name.
    pub(crate) fn edit_user(&mut self, name: &str, change: impl FnOnce(Entity) -> Entity) {
        self.edit(Kind::User, name, change);
    }

    /// Changes the role of this name.
    pub(crate) fn edit_role(&mut self, name: &str, change: impl FnOnce(Entity) -> Entity) {
        self.edit(Kind::Role, name, change);
    }

    fn edit(&mut self, kind: Kind, name: &str, change: impl FnOnce(Entity) -> Entity) {
        let entity = self
            .entities
            .remove(&(kind, name.to_owned()))
            .unwrap_or_else(|| panic!("there is no {} {name}", kind.word()));
        self.put(change(entity));
    }

    /// Takes a role away.
    pub(crate) fn remove_role(&mut self, name: &str) {
        self.entities.remove(&(Kind::Role, name.to_owned()));
    }

    /// Adds the next version of a managed policy and makes it the default.
    pub(super) fn put_policy(&mut self, by_aws: bool, path: &str, name: &str, text: &str) {
        let document = document(text, Purpose::Permissions);
        let owner = if by_aws { "aws" } else { &self.account };
        let arn = format!("arn:{}:iam::{owner}:policy{path}{name}", self.partition);
        let policy = self.policies.entry(arn).or_insert_with(|| ManagedPolicy {
            name: name.to_owned(),
            path: path.to_owned(),
            by_aws,
            versions: BTreeMap::new(),
            default: 0,
        });
        policy.default += 1;
        policy.versions.insert(policy.default, document);
    }

    /// A managed policy by its ARN or its name.
    pub(super) fn policy(&self, wanted: &str) -> Option<(&String, &ManagedPolicy)> {
        self.policies
            .iter()
            .find(|(arn, policy)| *arn == wanted || policy.name == wanted)
    }

    /// The ARN of a user, role or group.
    pub(super) fn arn(&self, entity: &Entity) -> String {
        format!(
            "arn:{}:iam::{}:{}{}{}",
            self.partition,
            self.account,
            entity.kind.word(),
            entity.path,
            entity.name
        )
    }

    /// The user, role or group that an ARN means, its path included.
    pub(super) fn by_arn(&self, arn: &str) -> Option<&Entity> {
        self.entities
            .values()
            .find(|entity| self.arn(entity) == arn)
    }

    /// The region in which IAM lives in this partition.
    pub(super) fn global_region(&self) -> &'static str {
        match self.partition.as_str() {
            "aws-cn" => "cn-north-1",
            "aws-us-gov" => "us-gov-west-1",
            _ => "us-east-1",
        }
    }

    /// The policies that have a say about a user, role or group.
    pub(super) fn layers<'state>(&'state self, entity: &'state Entity) -> Layers<'state> {
        let mut identity = Vec::new();
        self.collect(entity, &mut identity);
        for group in &entity.groups {
            let group = self.entity(Kind::Group, group);
            self.collect(
                group.expect("a user is in groups that exist"),
                &mut identity,
            );
        }
        let service_linked = entity.path.starts_with("/aws-service-role/");
        Layers {
            identity,
            boundary: entity.boundary.as_ref().map(|wanted| {
                self.policy(wanted)
                    .and_then(|(_, policy)| policy.document())
                    .expect("a boundary is a policy that exists")
            }),
            organization: self
                .organization
                .as_ref()
                .filter(|_| !service_linked)
                .map(|levels| levels.iter().map(|level| level.iter().collect()).collect()),
        }
    }

    fn collect<'state>(&'state self, entity: &'state Entity, into: &mut Vec<Attached<'state>>) {
        for (name, document) in &entity.inline {
            into.push(Attached {
                document,
                id: format!("{}_{}_{name}", entity.kind.word(), entity.name),
                source: entity.kind.word(),
            });
        }
        for wanted in &entity.attached {
            let (_, policy) = self
                .policy(wanted)
                .unwrap_or_else(|| panic!("there is no policy {wanted}"));
            into.push(Attached {
                document: policy.document().expect("a policy has a default version"),
                id: policy.name.clone(),
                source: if policy.by_aws {
                    "aws-managed"
                } else {
                    "user-managed"
                },
            });
        }
    }

    /// New credentials for a caller; for a user its long-lived key.
    pub(super) fn issue(&mut self, caller: &Caller, expired: bool) -> Credentials {
        if let Caller::User(name) = caller {
            let user = self.entity(Kind::User, name);
            let user = user.unwrap_or_else(|| panic!("there is no user {name}"));
            return user.key.clone();
        }
        if let Caller::AssumedRole { role, .. } = caller {
            assert!(
                self.entity(Kind::Role, role).is_some(),
                "there is no role {role}"
            );
        }
        let number = self.sessions.len();
        let seed = format!("{caller:?} {number}");
        let long_lived = *caller == Caller::Root;
        let prefix = if long_lived { "AKIA" } else { "ASIA" };
        let credentials = Credentials {
            access_key_id: identifier(prefix, 16, &seed),
            secret_access_key: secret(&seed),
            session_token: (!long_lived).then(|| format!("{}==", secret(&format!("{seed} token")))),
        };
        let session = Session {
            credentials: credentials.clone(),
            caller: caller.clone(),
            expired,
        };
        self.sessions
            .insert(credentials.access_key_id.clone(), session);
        credentials
    }

    /// The secret, the caller and the token that belong to an access key id.
    pub(super) fn session(&self, access_key_id: &str) -> Option<(&Credentials, Caller, bool)> {
        let user = self.entities.values().find_map(|entity| {
            (entity.kind == Kind::User && entity.key.access_key_id == access_key_id)
                .then(|| (&entity.key, Caller::User(entity.name.clone()), false))
        });
        user.or_else(|| {
            self.sessions.get(access_key_id).map(|session| {
                (
                    &session.credentials,
                    session.caller.clone(),
                    session.expired,
                )
            })
        })
    }
}

/// Reads a document that a test wrote.
pub(super) fn document(text: &str, purpose: Purpose) -> Document {
    Document::parse(text, purpose)
        .unwrap_or_else(|problem| panic!("the policy is malformed: {problem}: {text}"))
}

/// An identifier like the service's: a prefix that tells the kind, then letters and digits.
pub(super) fn identifier(prefix: &str, length: usize, seed: &str) -> String {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let digest = Sha256::digest(format!("{prefix} {seed}"));
    let tail = digest.iter().cycle().take(length).filter_map(|byte| {
        alphabet
            .get(usize::from(*byte) % alphabet.len())
            .map(|letter| char::from(*letter))
    });
    prefix.chars().chain(tail).collect()
}

/// A secret access key: 40 characters, different in every test process.
pub(super) fn secret(seed: &str) -> String {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let process = std::process::id();
    let first = Sha256::digest(format!("{process} {seed} first"));
    let second = Sha256::digest(format!("{process} {seed} second"));
    first
        .iter()
        .chain(second.iter())
        .take(40)
        .filter_map(|byte| {
            alphabet
                .get(usize::from(*byte) % alphabet.len())
                .map(|letter| char::from(*letter))
        })
        .collect()
}

//! The layers of policies that a request must pass.
//!
//! A request is allowed if every layer that is there allows it and no layer denies it
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>):
//! the identity policies together, the permissions boundary, the session policies together, and
//! each level of service control policies, from the organization's root down to the account.

use std::fmt;

use super::document::{Document, PolicyKind, Statement};

/// A layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// The identity policies.
    Identity,
    /// One level of service control policies, the first being 0.
    ServiceControl {
        /// The index of the level, in the order in which levels were added.
        level: usize,
    },
    /// The permissions boundary.
    Boundary,
    /// The session policies.
    Session,
}

impl fmt::Display for Layer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Identity => formatter.write_str("identity policies"),
            Self::ServiceControl { level } => {
                write!(
                    formatter,
                    "service control policies of level {}",
                    level.saturating_add(1)
                )
            }
            Self::Boundary => formatter.write_str("permissions boundary"),
            Self::Session => formatter.write_str("session policies"),
        }
    }
}

/// A document where it cannot stand.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LayerError {
    /// The document was read as another kind of policy.
    #[error("{file} was read as a policy of another kind and cannot stand in this layer")]
    Kind {
        /// The document's name.
        file: String,
    },
    /// A second permissions boundary.
    #[error("{file} would be a second permissions boundary: there is at most one")]
    SecondBoundary {
        /// The document's name.
        file: String,
    },
    /// A level without a document, which would allow nothing.
    #[error("a level of service control policies without a document: leave the level out instead")]
    EmptyLevel,
}

/// The policies that stand between an identity and what it wants to do. A layer that was not
/// given does not restrict: what is said of these layers is said of these only.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layers {
    identity: Vec<Document>,
    boundary: Option<Document>,
    session: Vec<Document>,
    service_control: Vec<Vec<Document>>,
}

impl Layers {
    /// No policy at all: nothing is allowed.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a policy of the kind identity, boundary or session to its layer.
    ///
    /// # Errors
    ///
    /// [`LayerError`] if the document is of another kind, or a second boundary.
    pub fn add(&mut self, document: Document) -> Result<(), LayerError> {
        match document.kind() {
            PolicyKind::Identity => self.identity.push(document),
            PolicyKind::Session => self.session.push(document),
            PolicyKind::Boundary if self.boundary.is_none() => self.boundary = Some(document),
            PolicyKind::Boundary => {
                return Err(LayerError::SecondBoundary {
                    file: document.name().to_owned(),
                });
            }
            PolicyKind::ServiceControl | PolicyKind::Trust | PolicyKind::Resource => {
                return Err(LayerError::Kind {
                    file: document.name().to_owned(),
                });
            }
        }
        Ok(())
    }

    /// Adds a level of service control policies. Within a level one policy must allow; every
    /// level must.
    ///
    /// # Errors
    ///
    /// [`LayerError`] if the level is empty or a document of another kind.
    pub fn add_service_control_level(&mut self, level: Vec<Document>) -> Result<(), LayerError> {
        if level.is_empty() {
            return Err(LayerError::EmptyLevel);
        }
        for document in &level {
            if document.kind() != PolicyKind::ServiceControl {
                return Err(LayerError::Kind {
                    file: document.name().to_owned(),
                });
            }
        }
        self.service_control.push(level);
        Ok(())
    }

    /// The identity policies.
    #[must_use]
    pub fn identity(&self) -> &[Document] {
        &self.identity
    }

    /// The permissions boundary, if one was given.
    #[must_use]
    pub fn boundary(&self) -> Option<&Document> {
        self.boundary.as_ref()
    }

    /// The session policies.
    #[must_use]
    pub fn session(&self) -> &[Document] {
        &self.session
    }

    /// The levels of service control policies.
    #[must_use]
    pub fn service_control(&self) -> &[Vec<Document>] {
        &self.service_control
    }

    /// The layers that restrict, with their documents; in the order in which causes are told.
    pub(super) fn given(&self) -> impl Iterator<Item = (Layer, &[Document])> {
        let levels = self.service_control.iter().enumerate();
        let levels = levels
            .map(|(level, documents)| (Layer::ServiceControl { level }, documents.as_slice()));
        let boundary = self.boundary.iter().map(std::slice::from_ref);
        let boundary = boundary.map(|document| (Layer::Boundary, document));
        let session =
            (!self.session.is_empty()).then_some((Layer::Session, self.session.as_slice()));
        std::iter::once((Layer::Identity, self.identity.as_slice()))
            .chain(levels)
            .chain(boundary)
            .chain(session)
    }
}

/// All statements of some documents.
pub(super) fn statements(documents: &[Document]) -> impl Iterator<Item = &Statement> {
    documents.iter().flat_map(Document::statements)
}

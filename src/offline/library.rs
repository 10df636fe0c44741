//! Policies that were read, for where the same ones come with many users and roles.

use std::collections::BTreeMap;

use crate::error::Error;
use crate::iam::{Document, PolicyKind};

/// Remembers documents by their names, kinds and texts.
#[derive(Debug, Default)]
pub(crate) struct Library {
    documents: BTreeMap<(String, PolicyKind), Kept>,
}

#[derive(Debug)]
struct Kept {
    text: String,
    read: Result<(Document, Vec<String>), Error>,
}

impl Library {
    /// Reads a document, or remembers it; the warnings are sentences for people.
    pub(super) fn read(
        &mut self,
        name: &str,
        kind: PolicyKind,
        text: &str,
    ) -> Result<(Document, Vec<String>), Error> {
        let key = (name.to_owned(), kind);
        if let Some(kept) = self.documents.get(&key)
            && kept.text == text
        {
            return kept.read.clone();
        }
        let read = super::parse(name, kind, text.as_bytes());
        self.documents.insert(
            key,
            Kept {
                text: text.to_owned(),
                read: read.clone(),
            },
        );
        read
    }
}

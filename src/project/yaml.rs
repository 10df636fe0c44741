//! YAML texts as package managers write them: no recursion, bounded in every direction.

use std::path::Path;

use serde::de::{Deserialize, DeserializeOwned, Deserializer, MapAccess, Visitor};
use serde_saphyr::{Error, Options};

use super::ProjectError;

/// The most values and keys that are read: a lock file of a very large workspace has a third of them,
/// and memory grows with their number much faster than with the text's length.
const MOST_NODES: usize = 1_000_000;

/// All documents of the text.
///
/// The size of the text is bounded where it is read; what is bounded here is what can be made of it.
/// Lock files use no aliases, so those few are a courtesy.
pub(super) fn documents<T: DeserializeOwned>(
    text: &str,
    file: &Path,
) -> Result<Vec<T>, ProjectError> {
    let budget = serde_saphyr::budget! {
        max_depth: 64,
        max_nodes: MOST_NODES,
        max_events: MOST_NODES.saturating_mul(2),
        max_total_scalar_bytes: text.len(),
        max_aliases: 100,
        max_anchors: 100,
        max_documents: 16,
    };
    let options: Options = serde_saphyr::options! {
        budget: budget,
        with_snippet: false,
    };
    serde_saphyr::from_multiple_with_options(text, options).map_err(|error| malformed(&error, file))
}

/// The line of a value, if the parser has kept it.
pub(super) fn line_of<T>(value: &serde_saphyr::Spanned<T>) -> Option<usize> {
    usize::try_from(value.referenced.line())
        .ok()
        .filter(|line| *line > 0)
}

fn malformed(error: &Error, file: &Path) -> ProjectError {
    let location = error.location();
    let line = location.and_then(|location| usize::try_from(location.line()).ok());
    let message = match error.without_snippet() {
        Error::Budget { .. } => {
            "it holds more values than a real lock file, nests deeper or repeats more".to_owned()
        }
        other => other.to_string(),
    };
    let first = message.lines().next().unwrap_or_default();
    // The parser's own mention of the place, which is told beside the file's name.
    let first = first
        .split_once(" at line ")
        .map_or(first, |(reason, _)| reason);
    ProjectError::Malformed {
        file: file.to_owned(),
        line: line.filter(|line| *line > 0),
        reason: super::specifier::shown(first),
    }
}

/// The entries of a mapping in their order.
#[derive(Debug)]
pub(super) struct Entries<K, V>(pub(super) Vec<(K, V)>);

impl<'de, K: Deserialize<'de>, V: Deserialize<'de>> Deserialize<'de> for Entries<K, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect<K, V>(std::marker::PhantomData<(K, V)>);

        impl<'de, K: Deserialize<'de>, V: Deserialize<'de>> Visitor<'de> for Collect<K, V> {
            type Value = Entries<K, V>;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("a mapping")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }

        deserializer.deserialize_map(Collect(std::marker::PhantomData))
    }
}

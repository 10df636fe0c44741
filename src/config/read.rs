//! Walks a TOML document, and tells of everything that is wrong its line.

use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::error::Error;
use crate::text::one_line;

/// A document with its name, so that every error can say where.
pub(super) struct Source<'a> {
    pub(super) file: &'a Path,
    pub(super) text: &'a str,
}

/// A key and its value, with its line.
pub(super) struct Entry<'t, 'i> {
    pub(super) key: &'t str,
    pub(super) value: &'t DeValue<'i>,
    pub(super) line: usize,
}

impl Source<'_> {
    /// The line of a byte, counted from 1.
    pub(super) fn line(&self, byte: usize) -> usize {
        let before = self.text.as_bytes().get(..byte).unwrap_or_default();
        before.iter().filter(|byte| **byte == b'\n').count() + 1
    }

    /// Something is wrong on a line.
    pub(super) fn wrong(&self, line: usize, what: impl std::fmt::Display) -> Error {
        Error::call(format!("{}, line {line}: {what}", self.file.display()))
    }

    /// The document as a table.
    pub(super) fn parse(&self) -> Result<Spanned<DeTable<'_>>, Error> {
        DeTable::parse(self.text).map_err(|error| {
            let line = error.span().map_or(1, |span| self.line(span.start));
            self.wrong(line, one_line(error.message()))
                .hint("mend the TOML of the configuration")
        })
    }

    /// The entries of a table, in the order in which they are written.
    pub(super) fn entries<'t, 'i>(&self, table: &'t DeTable<'i>) -> Vec<Entry<'t, 'i>> {
        let mut entries: Vec<(usize, Entry<'t, 'i>)> = table
            .iter()
            .map(|(key, value)| {
                let start = key.span().start;
                let entry = Entry {
                    key: key.get_ref().as_ref(),
                    value: value.get_ref(),
                    line: self.line(start),
                };
                (start, entry)
            })
            .collect();
        entries.sort_by_key(|(start, _)| *start);
        entries.into_iter().map(|(_, entry)| entry).collect()
    }

    /// A table.
    pub(super) fn table<'t, 'i>(&self, entry: &Entry<'t, 'i>) -> Result<&'t DeTable<'i>, Error> {
        entry.value.as_table().ok_or_else(|| {
            self.wrong(entry.line, format!("{:?} is no table", entry.key))
                .hint(format!("write it as [{}]", entry.key))
        })
    }

    /// The tables of an array of tables, each with its line.
    pub(super) fn tables<'t, 'i>(
        &self,
        entry: &Entry<'t, 'i>,
    ) -> Result<Vec<(&'t DeTable<'i>, usize)>, Error> {
        let wrong = || {
            self.wrong(entry.line, format!("{:?} is no array of tables", entry.key))
                .hint(format!("write each one as [[{}]]", entry.key))
        };
        entry
            .value
            .as_array()
            .ok_or_else(wrong)?
            .iter()
            .map(|one| {
                let table = one.get_ref().as_table().ok_or_else(wrong)?;
                Ok((table, self.line(one.span().start)))
            })
            .collect()
    }

    /// Text that is not empty.
    pub(super) fn text(&self, entry: &Entry<'_, '_>) -> Result<String, Error> {
        entry
            .value
            .as_str()
            .filter(|text| !text.trim().is_empty())
            .map(ToOwned::to_owned)
            .ok_or_else(|| {
                self.wrong(entry.line, format!("{:?} has to be a text", entry.key))
                    .hint("put it into quotes, and let it not be empty")
            })
    }
}

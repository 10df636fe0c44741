//! Reads a `.env` file as the [`dotenv`](https://github.com/motdotla/dotenv#what-rules-does-the-parsing-engine-follow)
//! package does that Remotion uses: no expansion of variables, `\n` becomes a line break between
//! double quotes only.

use std::collections::BTreeMap;
use std::path::Path;

use crate::error::Error;
use crate::input::{self, Unreadable};

/// In MiB. A `.env` file has a few lines; whatever is larger is not one.
const LARGEST: u64 = 1;

/// The variables of the file; none where there is no file.
pub(super) fn read(path: &Path) -> Result<BTreeMap<String, String>, Error> {
    let wrong = |what: String| {
        Error::call(format!("can't read {}: {what}", path.display()))
            .hint("Remotion reads this file too: make it readable, or remove it")
    };
    let bytes = match input::file(path, LARGEST) {
        Ok(bytes) => bytes,
        Err(error) if error.is_absent() => return Ok(BTreeMap::new()),
        // A virtual environment of Python is often a folder of this name.
        Err(Unreadable::Folder) => return Ok(BTreeMap::new()),
        Err(error) => return Err(wrong(error.to_string())),
    };
    let text = input::text(&bytes).map_err(|error| wrong(error.to_string()))?;
    Ok(parse(text))
}

/// The variables of a `.env` text. Lines that assign nothing are passed over.
fn parse(text: &str) -> BTreeMap<String, String> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut variables = BTreeMap::new();
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, after_line) = rest.split_once('\n').unwrap_or((rest, ""));
        let Some((name, value)) = assignment(line) else {
            rest = after_line;
            continue;
        };
        let value = value.trim_start_matches([' ', '\t']);
        // The value may go on over the line's end where it is quoted.
        let offset = line.len() - value.len();
        let from_value = rest.get(offset..).unwrap_or_default();
        if let Some((quoted, length)) = quoted(from_value) {
            variables.insert(name.to_owned(), quoted);
            let behind = from_value.get(length..).unwrap_or_default();
            rest = behind.split_once('\n').map_or("", |(_, next)| next);
        } else {
            let bare = value.split('#').next().unwrap_or_default().trim();
            variables.insert(name.to_owned(), bare.to_owned());
            rest = after_line;
        }
    }
    variables
}

/// The name and the raw rest of `NAME=value`, `export NAME=value` or `NAME: value`.
fn assignment(line: &str) -> Option<(&str, &str)> {
    let line = line.trim_start();
    let line = match line.strip_prefix("export") {
        Some(rest) if rest.starts_with([' ', '\t']) => rest.trim_start(),
        _ => line,
    };
    let end = line.find(|character: char| {
        !(character.is_ascii_alphanumeric() || matches!(character, '_' | '.' | '-'))
    })?;
    let (name, rest) = line.split_at(end);
    if name.is_empty() {
        return None;
    }
    if let Some(value) = rest.trim_start_matches([' ', '\t']).strip_prefix('=') {
        return Some((name, value));
    }
    let value = rest.strip_prefix(':')?;
    value.starts_with([' ', '\t']).then_some((name, value))
}

/// A quoted value at the start of a text, and how many bytes it takes with its quotes.
fn quoted(text: &str) -> Option<(String, usize)> {
    let quote = text
        .chars()
        .next()
        .filter(|first| "'\"`".contains(*first))?;
    let mut escaped = false;
    for (index, character) in text.char_indices().skip(1) {
        if character == quote && !escaped {
            let inner = text.get(1..index)?;
            let value = if quote == '"' {
                inner.replace("\\n", "\n").replace("\\r", "\r")
            } else {
                inner.to_owned()
            };
            return Some((value, index + 1));
        }
        escaped = character == '\\' && !escaped;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::parse;

    /// Each pair was compared with what the npm package `dotenv` 16 gives for the same text.
    #[test]
    fn reads_what_the_npm_package_reads() {
        let cases: &[(&str, &[(&str, &str)])] = &[
            ("A=1", &[("A", "1")]),
            ("A = 1 ", &[("A", "1")]),
            ("export A=1\nB: 2", &[("A", "1"), ("B", "2")]),
            ("A=", &[("A", "")]),
            ("A=one # comment", &[("A", "one")]),
            ("A=\"one # two\" # comment", &[("A", "one # two")]),
            ("A='x\\ny'", &[("A", "x\\ny")]),
            ("A=x\\ny", &[("A", "x\\ny")]),
            ("A=\"x\\ny\"", &[("A", "x\ny")]),
            ("A=\"x\ny\"\nB=2", &[("A", "x\ny"), ("B", "2")]),
            ("A=`it's`", &[("A", "it's")]),
            ("A=\"unfinished\nB=2", &[("A", "\"unfinished"), ("B", "2")]),
            ("# A=1\n\nnonsense\nB=2", &[("B", "2")]),
            ("A=1\r\nB=2\r\n", &[("A", "1"), ("B", "2")]),
            ("A=1\nA=2", &[("A", "2")]),
        ];
        for (text, expected) in cases {
            let read: Vec<(String, String)> = parse(text).into_iter().collect();
            let expected: Vec<(String, String)> = expected
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect();
            assert_eq!(read, expected, "{text:?}");
        }
    }
}

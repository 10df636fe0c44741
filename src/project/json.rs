//! JSON texts in which it matters where a value stands.

use std::borrow::Cow;
use std::path::Path;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::ProjectError;

/// Parses the text, which must be an object. How deep it may nest is bounded by `serde_json` itself.
pub(super) fn parse<'a, T: Deserialize<'a>>(text: &'a str, file: &Path) -> Result<T, ProjectError> {
    // `serde` would also take an array with the fields in their order.
    if let Some(first) = text.trim_start().chars().next()
        && first != '{'
    {
        return Err(ProjectError::Malformed {
            file: file.to_owned(),
            line: Some(1),
            reason: "it is not a JSON object".to_owned(),
        });
    }
    serde_json::from_str(text).map_err(|error| malformed(&error, file, Some(error.line())))
}

/// Parses a part of the text that [`parse`] has left raw.
pub(super) fn parse_part<'a, T: Deserialize<'a>>(
    text: &str,
    part: &'a RawValue,
    file: &Path,
) -> Result<T, ProjectError> {
    serde_json::from_str(part.get()).map_err(|error| {
        let above = line_of(text, part);
        let line = above.map(|above| above.saturating_add(error.line()).saturating_sub(1));
        malformed(&error, file, line)
    })
}

/// The text of a raw value that is a JSON string.
pub(super) fn string_of(part: &RawValue) -> Option<Cow<'_, str>> {
    serde_json::from_str::<String>(part.get())
        .ok()
        .map(Cow::Owned)
}

/// The line in `text` on which a raw value that was parsed from it begins.
pub(crate) fn line_of(text: &str, part: &RawValue) -> Option<usize> {
    let offset = part
        .get()
        .as_ptr()
        .addr()
        .checked_sub(text.as_ptr().addr())?;
    let above = text.as_bytes().get(..offset)?;
    Some(
        above
            .iter()
            .filter(|byte| **byte == b'\n')
            .count()
            .saturating_add(1),
    )
}

/// The parser's message without its own mention of the place.
fn malformed(error: &serde_json::Error, file: &Path, line: Option<usize>) -> ProjectError {
    let message = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    ProjectError::Malformed {
        file: file.to_owned(),
        line,
        reason: super::specifier::shown(message.strip_suffix(&place).unwrap_or(&message)),
    }
}

/// Turns JSON with comments and trailing commas into plain JSON of the same length, so that every
/// position stays what it was.
pub(super) fn without_comments(text: &str) -> Vec<u8> {
    let mut plain = text.as_bytes().to_vec();
    let mut bytes = text.bytes().enumerate().peekable();
    // A comma that may prove to be the last thing before a closing bracket.
    let mut comma: Option<usize> = None;
    let mut blank = |index: usize| {
        if let Some(byte) = plain.get_mut(index)
            && !matches!(*byte, b'\n' | b'\r')
        {
            *byte = b' ';
        }
    };
    let mut after_value = false;
    while let Some((index, byte)) = bytes.next() {
        match (byte, bytes.peek().map(|(_, next)| *next)) {
            (b'"', _) => {
                comma = None;
                after_value = true;
                while let Some((_, inside)) = bytes.next() {
                    match inside {
                        b'\\' => {
                            bytes.next();
                        }
                        b'"' => break,
                        _ => {}
                    }
                }
            }
            (b'/', Some(b'/')) => {
                blank(index);
                while let Some((inside, _)) = bytes.next_if(|(_, next)| *next != b'\n') {
                    blank(inside);
                }
            }
            (b'/', Some(b'*')) => {
                blank(index);
                if let Some((star, _)) = bytes.next() {
                    blank(star);
                }
                let mut previous = 0;
                for (inside, letter) in bytes.by_ref() {
                    blank(inside);
                    if previous == b'*' && letter == b'/' {
                        break;
                    }
                    previous = letter;
                }
            }
            (b',', _) => {
                comma = after_value.then_some(index);
                after_value = false;
            }
            (b'}' | b']', _) => {
                if let Some(comma) = comma.take() {
                    blank(comma);
                }
                after_value = true;
            }
            (b' ' | b'\t' | b'\r' | b'\n', _) => {}
            (b'{' | b'[' | b':', _) => {
                comma = None;
                after_value = false;
            }
            _ => {
                comma = None;
                after_value = true;
            }
        }
    }
    plain
}

//! Text with policy variables: `home/${aws:username}`, `${aws:userid, 'anonymous'}`, `${*}`.
//!
//! The rules are those of
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>:
//! variables exist in documents of version 2012-10-17 only, elsewhere `${…}` is literal text.
//! A substituted value, a default and an escape are literal: a `*` in them is no wildcard.
//!
//! What the page leaves open is settled so that no doubt grants anything. A variable whose key is
//! known to be absent, without a default, "might cause the entire statement to be invalid": an
//! Allow then grants nothing, while a Deny stays undecided. A variable of whose key nothing is
//! known leaves its place open, and, as the key may turn out to be absent, its statement
//! undecided unless there is a default. A default counts only when the key is known to be absent.
//! A key of several values can be no variable; what then happens is not documented and undecided.

use super::context::{Context, Known};
use super::truth::Truth;

/// A text and its variables, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Template {
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    /// As written; wildcards in it are wildcards where the element has wildcards.
    Text(String),
    /// Literal text: what an escape stands for.
    Literal(char),
    /// A variable.
    Variable {
        key: String,
        lower_case_key: String,
        default: Option<String>,
    },
}

/// A part of a text after substitution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part<'a> {
    /// As written in the policy: wildcards in it are wildcards.
    Text(&'a str),
    /// Substituted: nothing in it is a wildcard.
    Literal(&'a str),
    /// One escaped character.
    LiteralCharacter(char),
    /// Any text at all: nothing is known of the value.
    Anything,
}

/// A text after substitution.
#[derive(Debug)]
pub(super) struct Resolved<'a> {
    pub(super) parts: Vec<Part<'a>>,
    /// Whether some place is a [`Part::Anything`].
    pub(super) open: bool,
    /// Whether all variables have a value, as far as that is known.
    pub(super) resolvable: Truth,
}

impl Template {
    /// A text in which `${` means nothing.
    pub(super) fn literal(text: &str) -> Self {
        Self {
            pieces: vec![Piece::Text(text.to_owned())],
        }
    }

    /// Reads the variables of a text; the error says what is wrong with one.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            if !before.is_empty() {
                pieces.push(Piece::Text(before.to_owned()));
            }
            let (piece, behind) = variable(after)
                .ok_or_else(|| format!("a malformed variable in `{text}`: write `${{key}}`, `${{key, 'default'}}`, `${{*}}`, `${{?}}` or `${{$}}`"))?;
            pieces.push(piece);
            rest = behind;
        }
        if !rest.is_empty() || pieces.is_empty() {
            pieces.push(Piece::Text(rest.to_owned()));
        }
        Ok(Self { pieces })
    }

    /// Whether there is any variable or escape.
    pub(super) fn is_plain(&self) -> bool {
        self.pieces
            .iter()
            .all(|piece| matches!(piece, Piece::Text(_)))
    }

    /// Whether there is a variable whose value comes from the request.
    pub(super) fn has_variables(&self) -> bool {
        self.pieces
            .iter()
            .any(|piece| matches!(piece, Piece::Variable { .. }))
    }

    /// How many colons stand before the first variable or escape.
    pub(super) fn colons_before_first_variable(&self) -> usize {
        self.pieces
            .iter()
            .map_while(|piece| match piece {
                Piece::Text(text) => Some(text.matches(':').count()),
                Piece::Literal(_) | Piece::Variable { .. } => None,
            })
            .sum()
    }

    /// Puts the values of the context in the places of the variables.
    pub(super) fn resolve<'a>(&'a self, context: &'a Context) -> Resolved<'a> {
        let mut resolved = Resolved {
            parts: Vec::with_capacity(self.pieces.len()),
            open: false,
            resolvable: Truth::True,
        };
        for piece in &self.pieces {
            let part = match piece {
                Piece::Text(text) => Part::Text(text),
                Piece::Literal(character) => Part::LiteralCharacter(*character),
                Piece::Variable {
                    lower_case_key,
                    default,
                    ..
                } => match (context.get(lower_case_key), default) {
                    (Known::Values([value]), _) => Part::Literal(value),
                    (Known::Absent, Some(default)) => Part::Literal(default),
                    (Known::Absent, None) => {
                        resolved.open = true;
                        resolved.resolvable = Truth::False;
                        Part::Anything
                    }
                    (Known::Unknown, Some(_)) => {
                        resolved.open = true;
                        Part::Anything
                    }
                    (Known::Unknown | Known::Values(_), _) => {
                        resolved.open = true;
                        resolved.resolvable = resolved.resolvable.and(Truth::Undecided);
                        Part::Anything
                    }
                },
            };
            resolved.parts.push(part);
        }
        resolved
    }

    /// The keys of the variables that keep the text from being decided, as written.
    pub(super) fn open_keys<'a>(&'a self, context: &Context) -> impl Iterator<Item = &'a str> {
        self.pieces.iter().filter_map(move |piece| match piece {
            Piece::Variable {
                key,
                lower_case_key,
                default,
            } => match (context.get(lower_case_key), default) {
                (Known::Values([_]), _) | (Known::Absent, Some(_)) => None,
                _ => Some(key.as_str()),
            },
            Piece::Text(_) | Piece::Literal(_) => None,
        })
    }
}

/// Reads what stands behind `${`; gives the piece and what stands behind its `}`.
fn variable(text: &str) -> Option<(Piece, &str)> {
    for escaped in ['*', '?', '$'] {
        if let Some(behind) = text
            .strip_prefix(escaped)
            .and_then(|rest| rest.strip_prefix('}'))
        {
            return Some((Piece::Literal(escaped), behind));
        }
    }
    let end = text.find([',', '}'])?;
    let key = text.get(..end)?;
    let unusual = |character: char| {
        character.is_whitespace() || matches!(character, '\'' | '"' | '{' | '$' | '*' | '?')
    };
    if key.is_empty() || key.contains(unusual) {
        return None;
    }
    let rest = text.get(end..)?;
    let (default, behind) = match rest.strip_prefix('}') {
        Some(behind) => (None, behind),
        None => {
            let (default, behind) = rest.strip_prefix(", '")?.split_once('\'')?;
            (Some(default.to_owned()), behind.strip_prefix('}')?)
        }
    };
    let piece = Piece::Variable {
        key: key.to_owned(),
        lower_case_key: key.to_lowercase(),
        default,
    };
    Some((piece, behind))
}

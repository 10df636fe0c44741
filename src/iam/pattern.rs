//! Patterns with `*` and `?`, and whether one word matches one.
//!
//! A pattern is a row of tokens. A wildcard is either free or *held in its segment*: the latter
//! stands for no colon; only those in the first five parts of an ARN can be held, whose colons are
//! literal.
//!
//! Of the positions at which a match can stand after a given word, not all matter. What an earlier
//! position could still match, a free `*` that was reached behind it matches too, and so does a
//! held `*` where no colon can stand between the two ([`Pattern::hides`]).

use super::template::Part;

/// One token of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token {
    /// This character.
    Character(char),
    /// Any one character.
    One,
    /// Any one character but a colon.
    OneInSegment,
    /// Any text.
    Many,
    /// Any text without a colon.
    ManyInSegment,
}

impl Token {
    /// Whether the token can stand for this character, alone or among others.
    pub(super) fn takes(self, character: char) -> bool {
        match self {
            Self::Character(own) => own == character,
            Self::One | Self::Many => true,
            Self::OneInSegment | Self::ManyInSegment => character != ':',
        }
    }

    /// Whether the token is a `*`.
    pub(super) fn repeats(self) -> bool {
        matches!(self, Self::Many | Self::ManyInSegment)
    }
}

/// A row of tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern {
    tokens: Box<[Token]>,
}

/// Which wildcards in the first five parts of an ARN cross its colons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// None: so for what an Allow grants.
    Narrow,
    /// A `*` at the end of its part, as AWS's page has it.
    PartEnds,
    /// Every `*`, and no `?`.
    Stars,
    /// All: so for what a Deny denies.
    Wide,
}

/// The number of colons before the resource part of an ARN.
const COLONS_BEFORE_RESOURCE: usize = 5;

impl Pattern {
    pub(super) fn new(tokens: Vec<Token>) -> Self {
        // A run of stars is one star: it means the same and keeps the automata small.
        let mut kept: Vec<Token> = Vec::with_capacity(tokens.len());
        for token in tokens {
            if token.repeats() && kept.last() == Some(&token) {
                continue;
            }
            kept.push(token);
        }
        Self {
            tokens: kept.into_boxed_slice(),
        }
    }

    /// A pattern of free wildcards, as in actions and in `StringLike`.
    pub(super) fn free(parts: &[Part<'_>]) -> Self {
        Self::arn(parts, Reading::Wide)
    }

    /// A pattern over an ARN.
    pub(super) fn arn(parts: &[Part<'_>], reading: Reading) -> Self {
        let held = match reading {
            Reading::Narrow | Reading::PartEnds => "*?",
            Reading::Stars => "?",
            Reading::Wide => "",
        };
        let pattern = Self::holding(parts, held);
        if reading != Reading::PartEnds {
            return pattern;
        }
        let mut tokens = pattern.tokens;
        let mut next = None;
        for token in tokens.iter_mut().rev() {
            let is_last = matches!(next, None | Some(Token::Character(':')));
            if is_last && *token == Token::ManyInSegment {
                *token = Token::Many;
            }
            next = Some(*token);
        }
        Self { tokens }
    }

    /// A pattern over an ARN in whose first five parts these wildcards are held.
    fn holding(parts: &[Part<'_>], held: &str) -> Self {
        let mut tokens = Vec::new();
        let mut colons = 0_usize;
        for part in parts {
            match part {
                Part::Text(text) => {
                    for character in text.chars() {
                        let held = colons < COLONS_BEFORE_RESOURCE && held.contains(character);
                        tokens.push(match (character, held) {
                            ('*', true) => Token::ManyInSegment,
                            ('*', false) => Token::Many,
                            ('?', true) => Token::OneInSegment,
                            ('?', false) => Token::One,
                            _ => Token::Character(character),
                        });
                        if character == ':' {
                            colons = colons.saturating_add(1);
                        }
                    }
                }
                Part::Literal(text) => {
                    colons = colons.saturating_add(text.matches(':').count());
                    tokens.extend(text.chars().map(Token::Character));
                }
                Part::LiteralCharacter(character) => tokens.push(Token::Character(*character)),
                Part::Anything => tokens.push(Token::Many),
            }
        }
        Self::new(tokens)
    }

    /// A pattern in which only open variables are wildcards.
    pub(super) fn literal(parts: &[Part<'_>]) -> Self {
        let mut tokens = Vec::new();
        for part in parts {
            match part {
                Part::Text(text) | Part::Literal(text) => {
                    tokens.extend(text.chars().map(Token::Character));
                }
                Part::LiteralCharacter(character) => tokens.push(Token::Character(*character)),
                Part::Anything => tokens.push(Token::Many),
            }
        }
        Self::new(tokens)
    }

    pub(super) fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// Whether what can still be matched from `earlier`, the `*` at a later position matches too.
    pub(super) fn hides(&self, star: usize, earlier: usize) -> bool {
        match self.tokens.get(star) {
            Some(Token::Many) => true,
            Some(Token::ManyInSegment) => self
                .tokens
                .get(earlier..star)
                .is_some_and(|between| !between.iter().any(|token| token.takes(':'))),
            _ => false,
        }
    }

    /// How many literal colons there are.
    pub(super) fn colons(&self) -> usize {
        self.tokens
            .iter()
            .filter(|token| **token == Token::Character(':'))
            .count()
    }

    /// Whether the word is matched as a whole.
    ///
    /// The usual way for such patterns: go on greedily, and on a mismatch let the last `*` take
    /// one character more. At most the product of both lengths in steps. With
    /// [`Reading::PartEnds`], where a held `*` can stand behind a free one, a word that begins like
    /// an ARN has to be searched for instead.
    pub(super) fn matches(&self, word: &[char]) -> bool {
        let tokens = &self.tokens;
        let (mut at_token, mut at_character) = (0_usize, 0_usize);
        let mut last_star: Option<(usize, usize)> = None;
        loop {
            let token = tokens.get(at_token).copied();
            let character = word.get(at_character).copied();
            match (token, character) {
                (None, None) => return true,
                (Some(star), _) if star.repeats() => {
                    last_star = Some((at_token, at_character));
                    at_token = at_token.saturating_add(1);
                    continue;
                }
                (Some(token), Some(character)) if token.takes(character) => {
                    at_token = at_token.saturating_add(1);
                    at_character = at_character.saturating_add(1);
                    continue;
                }
                (Some(_), None) => return false,
                _ => {}
            }
            let Some((star, taken)) = last_star else {
                return false;
            };
            let takes_more = match (tokens.get(star), word.get(taken)) {
                (Some(star), Some(character)) => star.takes(*character),
                _ => false,
            };
            if !takes_more {
                return false;
            }
            let taken = taken.saturating_add(1);
            last_star = Some((star, taken));
            at_token = star.saturating_add(1);
            at_character = taken;
        }
    }
}

//! JSON with positions: what a strict reader of policies needs and common parsers hide.
//!
//! Every value knows the line and the column where it starts, a key that stands twice in one
//! object is an error, numbers keep their own digits, and nesting is bounded. The syntax is that
//! of [RFC 8259](https://www.rfc-editor.org/rfc/rfc8259); a byte order mark at the start is
//! skipped, as editors on Windows leave one.

use std::collections::BTreeSet;

use super::error::Position;

/// How deep arrays and objects may stand in each other. A policy needs seven levels.
const DEEPEST_NESTING: usize = 32;

/// A value and where it starts.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) position: Position,
    pub(crate) value: Value,
}

/// A key of an object and where it starts.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) position: Position,
    pub(crate) name: String,
}

/// One JSON value. Numbers are the characters of the file: no digit is lost.
#[derive(Debug)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    Number(String),
    String(String),
    Array(Vec<Node>),
    Object(Vec<(Key, Node)>),
}

impl Value {
    /// What the value is, in words for messages.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::Array(_) => "an array",
            Self::Object(_) => "an object",
        }
    }
}

/// What is wrong with the syntax, and where.
#[derive(Debug)]
pub(crate) struct SyntaxError {
    pub(crate) position: Position,
    pub(crate) problem: String,
}

/// Reads one JSON text.
pub(crate) fn parse(bytes: &[u8]) -> Result<Node, SyntaxError> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
            let before = String::from_utf8_lossy(valid);
            let mut position = Position::START;
            for character in before.chars() {
                position.pass(character);
            }
            return Err(SyntaxError {
                position,
                problem: "a byte that is not UTF-8".to_owned(),
            });
        }
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader {
        characters: text.chars().peekable(),
        position: Position::START,
    };
    reader.skip_whitespace();
    let node = reader.value(0)?;
    reader.skip_whitespace();
    match reader.peek() {
        None => Ok(node),
        Some(_) => Err(reader.error("something after the end of the document")),
    }
}

struct Reader<'a> {
    characters: std::iter::Peekable<std::str::Chars<'a>>,
    position: Position,
}

impl Reader<'_> {
    fn peek(&mut self) -> Option<char> {
        self.characters.peek().copied()
    }

    fn next(&mut self) -> Option<char> {
        let character = self.characters.next()?;
        self.position.pass(character);
        Some(character)
    }

    fn error(&self, problem: impl Into<String>) -> SyntaxError {
        SyntaxError {
            position: self.position,
            problem: problem.into(),
        }
    }

    fn skip_whitespace(&mut self) {
        while let Some(' ' | '\t' | '\n' | '\r') = self.peek() {
            self.next();
        }
    }

    fn unexpected(&mut self, wanted: &str) -> SyntaxError {
        let found = match self.peek() {
            None => "the end of the file".to_owned(),
            Some(character) => format!("{character:?}"),
        };
        self.error(format!("{found} where {wanted} should stand"))
    }

    fn value(&mut self, depth: usize) -> Result<Node, SyntaxError> {
        let position = self.position;
        let value = match self.peek() {
            Some('{') => self.object(depth)?,
            Some('[') => self.array(depth)?,
            Some('"') => Value::String(self.string()?),
            Some('-' | '0'..='9') => Value::Number(self.number()?),
            Some('t') => self.word("true", Value::Bool(true))?,
            Some('f') => self.word("false", Value::Bool(false))?,
            Some('n') => self.word("null", Value::Null)?,
            _ => return Err(self.unexpected("a value")),
        };
        Ok(Node { position, value })
    }

    fn word(&mut self, word: &str, value: Value) -> Result<Value, SyntaxError> {
        for wanted in word.chars() {
            if self.peek() != Some(wanted) {
                return Err(self.unexpected(word));
            }
            self.next();
        }
        Ok(value)
    }

    fn deeper(&self, depth: usize) -> Result<usize, SyntaxError> {
        if depth >= DEEPEST_NESTING {
            return Err(self.error(format!("more than {DEEPEST_NESTING} levels of nesting")));
        }
        Ok(depth.saturating_add(1))
    }

    fn array(&mut self, depth: usize) -> Result<Value, SyntaxError> {
        let depth = self.deeper(depth)?;
        self.next();
        let mut items = Vec::new();
        self.skip_whitespace();
        if self.peek() == Some(']') {
            self.next();
            return Ok(Value::Array(items));
        }
        loop {
            self.skip_whitespace();
            items.push(self.value(depth)?);
            self.skip_whitespace();
            match self.peek() {
                Some(',') => self.next(),
                Some(']') => {
                    self.next();
                    return Ok(Value::Array(items));
                }
                _ => return Err(self.unexpected("`,` or `]`")),
            };
        }
    }

    fn object(&mut self, depth: usize) -> Result<Value, SyntaxError> {
        let depth = self.deeper(depth)?;
        self.next();
        let mut members = Vec::new();
        let mut seen = BTreeSet::new();
        self.skip_whitespace();
        if self.peek() == Some('}') {
            self.next();
            return Ok(Value::Object(members));
        }
        loop {
            self.skip_whitespace();
            let position = self.position;
            if self.peek() != Some('"') {
                return Err(self.unexpected("a key in double quotes"));
            }
            let name = self.string()?;
            if !seen.insert(name.clone()) {
                return Err(SyntaxError {
                    position,
                    problem: format!("the key {name:?} stands twice in one object"),
                });
            }
            self.skip_whitespace();
            if self.peek() != Some(':') {
                return Err(self.unexpected("`:`"));
            }
            self.next();
            self.skip_whitespace();
            let node = self.value(depth)?;
            members.push((Key { position, name }, node));
            self.skip_whitespace();
            match self.peek() {
                Some(',') => self.next(),
                Some('}') => {
                    self.next();
                    return Ok(Value::Object(members));
                }
                _ => return Err(self.unexpected("`,` or `}`")),
            };
        }
    }

    fn digits(&mut self, number: &mut String) -> Result<(), SyntaxError> {
        if !matches!(self.peek(), Some('0'..='9')) {
            return Err(self.unexpected("a digit"));
        }
        while let Some(digit @ '0'..='9') = self.peek() {
            number.push(digit);
            self.next();
        }
        Ok(())
    }

    fn number(&mut self) -> Result<String, SyntaxError> {
        let mut number = String::new();
        if self.peek() == Some('-') {
            number.push('-');
            self.next();
        }
        if self.peek() == Some('0') {
            number.push('0');
            self.next();
            if matches!(self.peek(), Some('0'..='9')) {
                return Err(self.error("a number with a leading zero"));
            }
        } else {
            self.digits(&mut number)?;
        }
        if self.peek() == Some('.') {
            number.push('.');
            self.next();
            self.digits(&mut number)?;
        }
        if let Some(exponent @ ('e' | 'E')) = self.peek() {
            number.push(exponent);
            self.next();
            if let Some(sign @ ('+' | '-')) = self.peek() {
                number.push(sign);
                self.next();
            }
            self.digits(&mut number)?;
        }
        Ok(number)
    }

    fn string(&mut self) -> Result<String, SyntaxError> {
        self.next();
        let mut text = String::new();
        loop {
            match self.peek() {
                None => return Err(self.error("a string without its closing quote")),
                Some('"') => {
                    self.next();
                    return Ok(text);
                }
                Some('\\') => {
                    self.next();
                    text.push(self.escape()?);
                }
                Some(character) if character < ' ' => {
                    return Err(self.error("a control character inside a string"));
                }
                Some(character) => {
                    text.push(character);
                    self.next();
                }
            }
        }
    }

    fn escape(&mut self) -> Result<char, SyntaxError> {
        let escaped = match self.peek() {
            Some('"') => '"',
            Some('\\') => '\\',
            Some('/') => '/',
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('u') => {
                self.next();
                return self.unicode_escape();
            }
            _ => return Err(self.unexpected("an escape that JSON knows")),
        };
        self.next();
        Ok(escaped)
    }

    fn unicode_escape(&mut self) -> Result<char, SyntaxError> {
        let first = self.four_hex_digits()?;
        let code = if (0xd800..0xdc00).contains(&first) {
            if self.peek() != Some('\\') {
                return Err(self.error("half of a surrogate pair"));
            }
            self.next();
            if self.peek() != Some('u') {
                return Err(self.error("half of a surrogate pair"));
            }
            self.next();
            let second = self.four_hex_digits()?;
            if !(0xdc00..0xe000).contains(&second) {
                return Err(self.error("half of a surrogate pair"));
            }
            let high = first.wrapping_sub(0xd800).wrapping_mul(0x400);
            let low = second.wrapping_sub(0xdc00);
            0x1_0000_u32.wrapping_add(high).wrapping_add(low)
        } else {
            first
        };
        char::from_u32(code).ok_or_else(|| self.error("half of a surrogate pair"))
    }

    fn four_hex_digits(&mut self) -> Result<u32, SyntaxError> {
        let mut code = 0_u32;
        for _ in 0..4 {
            let Some(digit) = self.peek().and_then(|character| character.to_digit(16)) else {
                return Err(self.unexpected("one of four hexadecimal digits"));
            };
            code = code.wrapping_mul(16).wrapping_add(digit);
            self.next();
        }
        Ok(code)
    }
}

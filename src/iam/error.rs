//! What the reader says: errors that refuse a document, warnings that let it through.

use std::fmt;

/// A place in a file, counted from one as editors do. Columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line, the first being 1.
    pub line: u32,
    /// The column, the first being 1.
    pub column: u32,
}

impl Position {
    pub(super) const START: Self = Self { line: 1, column: 1 };

    /// Moves behind one character.
    pub(super) fn pass(&mut self, character: char) {
        if character == '\n' {
            self.line = self.line.saturating_add(1);
            self.column = 1;
        } else {
            self.column = self.column.saturating_add(1);
        }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.line, self.column)
    }
}

/// Which statement of which document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct StatementName {
    /// The name under which the document was given, a path as a rule.
    pub file: String,
    /// The index among the document's statements, the first being 0.
    pub index: usize,
    /// The statement's `Sid`, where it has one.
    pub sid: Option<String>,
}

impl fmt::Display for StatementName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: Statement[{}]", self.file, self.index)?;
        match &self.sid {
            Some(sid) if !sid.is_empty() => write!(formatter, " ({sid})"),
            _ => Ok(()),
        }
    }
}

/// Where in a document something was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// The name under which the document was given, a path as a rule.
    pub file: String,
    /// The place in the file.
    pub position: Position,
    /// The statement's index, the first being 0; `None` outside of statements.
    pub statement: Option<usize>,
    /// The statement's `Sid`, where one was read before the place in question.
    pub sid: Option<String>,
    /// The element, such as `Action` or `Condition.StringEquals.aws:username`; empty where the
    /// document as a whole is meant.
    pub field: String,
}

impl fmt::Display for Location {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.file, self.position)?;
        if let Some(index) = self.statement {
            write!(formatter, ": Statement[{index}]")?;
        }
        if let Some(sid) = self.sid.as_ref().filter(|sid| !sid.is_empty()) {
            write!(formatter, " ({sid})")?;
        }
        if !self.field.is_empty() {
            write!(formatter, ": {}", self.field)?;
        }
        Ok(())
    }
}

/// Why a document was refused. No part of a refused document is ever evaluated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DocumentError {
    /// The bytes are not JSON, or not the JSON that a policy may be (a key stands twice, too deep).
    #[error("{location}: not a JSON document that can be a policy: {problem}")]
    Syntax {
        /// Where.
        location: Box<Location>,
        /// What was found.
        problem: String,
    },
    /// The JSON does not follow the grammar of the policy language.
    #[error("{location}: {problem}")]
    Grammar {
        /// Where.
        location: Box<Location>,
        /// What was found, and what should stand there.
        problem: String,
    },
    /// The file is larger than any policy can be.
    #[error("{file}: {bytes} bytes, and no policy is larger than {limit}: is this the right file?")]
    TooLarge {
        /// The name under which the document was given.
        file: String,
        /// How large it is.
        bytes: usize,
        /// How large it may be.
        limit: usize,
    },
}

/// What the reader noticed in a document that it could read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// Where.
    pub location: Location,
    /// What was noticed.
    pub kind: WarningKind,
}

impl fmt::Display for Warning {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.location, self.kind)
    }
}

/// The things worth a warning.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum WarningKind {
    /// The document is longer than AWS lets such a policy be; white space is not counted.
    Size {
        /// Characters without white space.
        characters: usize,
        /// What AWS documents.
        limit: usize,
    },
    /// An action that the catalogue lacks and that is one slip away from one that it has.
    ActionSlip {
        /// The action as it stands in the document.
        written: String,
        /// The action of the catalogue.
        meant: String,
    },
    /// `${…}` in a document whose `Version` has no variables: it is read literally.
    LiteralVariable {
        /// The value in question.
        text: String,
    },
    /// An ARN of fewer than six parts that ends in `*`: read as granting nothing, and as denying
    /// everything that begins like it.
    ShortArn {
        /// The ARN.
        text: String,
    },
    /// Two statements have the same `Sid`.
    RepeatedSid {
        /// The `Sid`.
        sid: String,
    },
    /// A `Sid` with characters other than letters and digits, which IAM refuses.
    UnusualSid {
        /// The `Sid`.
        sid: String,
    },
}

impl fmt::Display for WarningKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Size { characters, limit } => write!(
                formatter,
                "{characters} characters without white space, more than the {limit} that AWS documents as the limit"
            ),
            Self::ActionSlip { written, meant } => {
                write!(
                    formatter,
                    "`{written}` is no action known here; `{meant}` may be meant"
                )
            }
            Self::LiteralVariable { text } => write!(
                formatter,
                "`{text}` is read literally: variables need \"Version\": \"2012-10-17\""
            ),
            Self::ShortArn { text } => write!(
                formatter,
                "`{text}` has fewer than the six parts of an ARN: it is read as granting nothing; write all six parts"
            ),
            Self::RepeatedSid { sid } => {
                write!(
                    formatter,
                    "the Sid `{sid}` stands in more than one statement, which AWS refuses"
                )
            }
            Self::UnusualSid { sid } => write!(
                formatter,
                "the Sid `{sid}` has characters other than letters and digits, which IAM refuses"
            ),
        }
    }
}

//! Errors that end a run: what happened, what to do about it, and which exit code it means.

use std::fmt;

use crate::exit::Exit;

/// Whose fault it is, which decides the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// The call, the environment or a file is wrong: exit code 2.
    Call,
    /// The world did not answer: no credentials, refused, unreachable, garbled: exit code 3.
    World,
}

/// An error with a hint. It never carries a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Error {
    /// Whose fault it is.
    pub kind: ErrorKind,
    /// What happened and where: a lower-case fragment.
    pub message: String,
    /// What to do next.
    pub hint: Option<String>,
}

impl Error {
    /// The call, the environment or a file is wrong.
    pub fn call(message: impl Into<String>) -> Self {
        Self {
            kind: ErrorKind::Call,
            message: message.into(),
            hint: None,
        }
    }

    /// The world did not answer as it should.
    pub fn world(message: impl Into<String>) -> Self {
        Self {
            kind: ErrorKind::World,
            message: message.into(),
            hint: None,
        }
    }

    /// Adds what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The exit code that this error means.
    #[must_use]
    pub const fn exit(&self) -> Exit {
        match self.kind {
            ErrorKind::Call => Exit::Call,
            ErrorKind::World => Exit::Undetermined,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

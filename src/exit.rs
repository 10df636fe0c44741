//! The exit codes: a public contract, the same in every output format.
//!
//! | code | meaning |
//! |---|---|
//! | 0 | nothing is missing and nothing is unknown, except what was accepted by an explicit choice |
//! | 1 | at least one permission is missing, whatever else happened |
//! | 2 | the call is wrong: a flag, a variable, a profile setting, a file, a version, or another identity or account than the expected one |
//! | 3 | nothing is known to be missing, but something could not be determined, or the report could not be written |

use std::process::ExitCode;

use serde::Serialize;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Exit {
    /// Everything that was asked for is held (0).
    Held,
    /// At least one permission is missing (1).
    Missing,
    /// The call itself is wrong (2).
    Call,
    /// Something could not be determined (3).
    Undetermined,
}

impl Exit {
    /// The number that the process ends with.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Held => 0,
            Self::Missing => 1,
            Self::Call => 2,
            Self::Undetermined => 3,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

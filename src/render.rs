//! Output formats: a report and a writer in, bytes out.
//!
//! Renderers read no environment, no clock and no terminal: what they need to know of those is in
//! [`Style`].

pub mod explanation;
pub mod json;
mod layout;
pub mod policy;
pub mod principals;
pub mod requirements;
pub mod table;
pub mod versions;

/// How text for people looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Colours, as ANSI escape sequences.
    pub color: bool,
    /// The width in columns.
    pub width: u16,
}

impl Default for Style {
    fn default() -> Self {
        Self {
            color: false,
            width: 100,
        }
    }
}

/// Which rows of a table are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    /// Those that passed.
    pub passed: bool,
    /// Those that are missing.
    pub missing: bool,
    /// Those that could not be determined.
    pub unknown: bool,
    /// Those that a person accepted.
    pub waived: bool,
}

impl Shown {
    /// All rows.
    pub const ALL: Self = Self {
        passed: true,
        missing: true,
        unknown: true,
        waived: true,
    };
}

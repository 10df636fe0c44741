//! Output formats: a report and a writer in, bytes out.
//!
//! Renderers read no environment, no clock and no terminal: what they need to know of those is in
//! [`Style`].

pub mod diff;
pub mod explanation;
pub mod github;
pub mod gitlab;
pub mod html;
pub mod json;
pub mod junit;
mod layout;
pub mod markdown;
mod place;
pub mod policy;
pub mod principals;
mod problem;
pub mod requirements;
pub mod sarif;
pub mod table;
pub mod versions;
mod words;

use std::io::{self, Write};

use crate::report::{Report, Status};
pub use place::Root;

/// The formats of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Tables for people at a terminal.
    Table,
    /// JSON with a schema of its own.
    Json,
    /// SARIF, for code scanning.
    Sarif,
    /// JUnit's XML, for test reports.
    Junit,
    /// Workflow commands of GitHub Actions, which become annotations.
    Github,
    /// Code quality of GitLab.
    Gitlab,
    /// A comment for a pull request.
    Markdown,
    /// A page for a browser.
    Html,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Table,
        Self::Json,
        Self::Sarif,
        Self::Junit,
        Self::Github,
        Self::Gitlab,
        Self::Markdown,
        Self::Html,
    ];

    /// The name in flags and file names.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Json => "json",
            Self::Sarif => "sarif",
            Self::Junit => "junit",
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Markdown => "markdown",
            Self::Html => "html",
        }
    }
}

/// What a renderer is told beside the report.
#[derive(Debug, Clone, Copy, Default)]
pub struct Settings<'a> {
    /// The rows in the formats for people: table, Markdown and HTML. The others have all of them.
    pub shown: Shown,
    /// How a table looks.
    pub style: Style,
    /// The repository, in which findings have their places.
    pub root: Option<&'a Root>,
}

/// Writes a report in a format.
///
/// # Errors
///
/// What the writer says.
pub fn write(
    report: &Report,
    format: Format,
    settings: Settings<'_>,
    out: &mut impl Write,
) -> io::Result<()> {
    match format {
        Format::Table => table::write(report, settings.shown, settings.style, out),
        Format::Json => json::write(report, out),
        Format::Sarif => sarif::write(report, settings.root, out),
        Format::Junit => junit::write(report, out),
        Format::Github => github::write(report, settings.root, out),
        Format::Gitlab => gitlab::write(report, settings.root, out),
        Format::Markdown => markdown::write(report, settings.shown, out),
        Format::Html => html::write(report, settings.shown, out),
    }
}

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

impl Default for Shown {
    fn default() -> Self {
        Self::ALL
    }
}

impl Shown {
    /// All rows.
    pub const ALL: Self = Self {
        passed: true,
        missing: true,
        unknown: true,
        waived: true,
    };
    /// Whether rows of a status are among them.
    #[must_use]
    pub const fn shows(self, status: Status) -> bool {
        match status {
            Status::Pass => self.passed,
            Status::Fail => self.missing,
            Status::Unknown => self.unknown,
            Status::Waived => self.waived,
        }
    }
}

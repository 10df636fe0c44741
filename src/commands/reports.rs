//! Where the reports of a check go: standard output, files, and the summary of a job.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use remperm::error::Error;
use remperm::exit::Exit;
use remperm::render::{self, Format, Root, Settings, Shown};
use remperm::report::Report;

use super::report_file::Destination;
use super::working_directory;
use crate::cli::{Only, ReportArgs, ReportFormat};
use crate::terminal::Terminal;

/// The variable in which GitHub Actions names the file for
/// [a job's summary](https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#adding-a-job-summary).
const SUMMARY: &str = "GITHUB_STEP_SUMMARY";

/// GitHub refuses the summary of a step that is larger, in bytes.
const LARGEST_SUMMARY: u64 = 1024 * 1024;

/// All places that a report goes to.
pub(super) struct Reports {
    format: Format,
    files: Vec<(Format, Destination)>,
    summary: Option<PathBuf>,
    shown: Shown,
    root: Option<Root>,
}

impl Reports {
    /// Finds out what was asked for, and whether it can be written, before anything else is done.
    pub(super) fn prepare(arguments: &ReportArgs) -> Result<Self, Error> {
        let format = format(arguments.format);
        let mut files: Vec<(Format, Destination)> = Vec::new();
        for one in &arguments.report {
            let destination = Destination::find(&one.file)?;
            if files.iter().any(|(_, other)| other.is(&destination)) {
                return Err(
                    Error::call(format!("two reports go to {}", one.file.display()))
                        .hint("give each --report a file of its own"),
                );
            }
            files.push((self::format(one.format), destination));
        }
        let for_github =
            format == Format::Github || files.iter().any(|(format, _)| *format == Format::Github);
        let summary = std::env::var_os(SUMMARY)
            .filter(|path| for_github && !path.is_empty())
            .map(PathBuf::from);
        Ok(Self {
            format,
            files,
            summary,
            shown: shown(&arguments.only),
            root: root()?,
        })
    }

    /// Writes the report everywhere, even where one place fails, and tells how the run ends.
    pub(super) fn write(&self, report: &Report, terminal: &Terminal) -> Result<Exit, Error> {
        terminal.failures(report);
        let exit = report.exit();
        let mut results = vec![
            terminal
                .print(exit, |out| {
                    render::write(report, self.format, self.settings(terminal), out)
                })
                .map(|_| ()),
        ];
        // A file has no width and no colours.
        let settings = Settings {
            style: render::Style::default(),
            ..self.settings(terminal)
        };
        for (format, destination) in &self.files {
            let bytes = self.bytes(report, *format, settings);
            results.push(bytes.and_then(|bytes| destination.write(&bytes)));
        }
        if let Some(path) = &self.summary {
            let bytes = self.bytes(report, Format::Markdown, settings);
            results.push(bytes.and_then(|bytes| append(path, &bytes)));
        }
        let mut written = true;
        for error in results.into_iter().filter_map(Result::err) {
            terminal.error(&error);
            written = false;
        }
        // What is missing is missing, whether or not everybody could be told.
        Ok(if written || exit == Exit::Missing {
            exit
        } else {
            Exit::Undetermined
        })
    }

    fn settings(&self, terminal: &Terminal) -> Settings<'_> {
        Settings {
            shown: self.shown,
            style: terminal.style,
            root: self.root.as_ref(),
        }
    }

    fn bytes(
        &self,
        report: &Report,
        format: Format,
        settings: Settings<'_>,
    ) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::new();
        render::write(report, format, settings, &mut bytes)
            .map_err(|error| Error::world(format!("the {} report: {error}", format.name())))?;
        Ok(bytes)
    }
}

/// Adds to the summary of the job what others may have begun.
fn append(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let failed = |what: String| {
        Error::world(format!(
            "the summary could not be written to {} ({SUMMARY}): {what}",
            path.display()
        ))
    };
    let io = |error: io::Error| failed(error.to_string());
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .map_err(io)?;
    let before = file.metadata().map_err(io)?.len();
    let mut text = Vec::new();
    if before > 0 {
        text.push(b'\n');
    }
    text.extend_from_slice(bytes);
    if before.saturating_add(text.len() as u64) > LARGEST_SUMMARY {
        return Err(failed(
            "it would be larger than GitHub takes, 1 MiB".to_owned(),
        ));
    }
    file.write_all(&text).map_err(io)
}

/// The repository around the working directory; else that directory.
fn root() -> Result<Option<Root>, Error> {
    let directory = working_directory()?;
    let repository = directory
        .ancestors()
        .find(|ancestor| ancestor.join(".git").exists())
        .unwrap_or(&directory)
        .to_owned();
    Ok(Some(Root {
        repository,
        directory,
    }))
}

pub(super) fn shown(only: &[Only]) -> Shown {
    if only.is_empty() {
        return Shown::ALL;
    }
    Shown {
        passed: only.contains(&Only::Passed),
        missing: only.contains(&Only::Missing),
        unknown: only.contains(&Only::Unknown),
        waived: only.contains(&Only::Waived),
    }
}

const fn format(typed: ReportFormat) -> Format {
    match typed {
        ReportFormat::Table => Format::Table,
        ReportFormat::Json => Format::Json,
        ReportFormat::Sarif => Format::Sarif,
        ReportFormat::Junit => Format::Junit,
        ReportFormat::Github => Format::Github,
        ReportFormat::Gitlab => Format::Gitlab,
        ReportFormat::Markdown => Format::Markdown,
        ReportFormat::Html => Format::Html,
    }
}

//! What the program knows of the terminal: colours, widths, and who gets which message.

use std::cell::Cell;
use std::io::{self, IsTerminal, Write};

use anstyle::{AnsiColor, Style as AnsiStyle};
use remperm::error::Error;
use remperm::exit::Exit;
use remperm::render::Style;
use remperm::report::Report;
use remperm::text::steers;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::cli::{ColorWhen, OutputArgs};

/// The width where there is no terminal to ask.
const WIDTH: u16 = 100;

/// Where output goes, and how it looks there.
pub(crate) struct Terminal {
    /// How the report looks.
    pub(crate) style: Style,
    color_on_stderr: bool,
    quiet: bool,
}

impl Terminal {
    /// Asks the terminal and the environment once.
    pub(crate) fn new(arguments: &OutputArgs) -> Self {
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        // https://no-color.org
        let wanted = |is_terminal: bool| match arguments.color {
            ColorWhen::Always => true,
            ColorWhen::Never => false,
            ColorWhen::Auto => {
                is_terminal
                    && !set("NO_COLOR")
                    && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
            }
        };
        let width = std::env::var("COLUMNS")
            .ok()
            .and_then(|columns| columns.trim().parse().ok())
            .filter(|columns| *columns > 0)
            .or_else(|| terminal_size::terminal_size().map(|(width, _)| width.0))
            .unwrap_or(WIDTH);
        Self {
            style: Style {
                color: wanted(io::stdout().is_terminal()),
                width: width.min(1000),
            },
            color_on_stderr: wanted(io::stderr().is_terminal()),
            quiet: arguments.quiet,
        }
    }

    /// A terminal before it is known how to talk to it.
    pub(crate) fn plain() -> Self {
        Self {
            style: Style::default(),
            color_on_stderr: false,
            quiet: false,
        }
    }

    /// How far a run of several checks is, on stderr where that is a terminal.
    pub(crate) fn progress(&self, of: usize) -> Progress {
        Progress {
            of,
            done: Cell::new(0),
            shown: !self.quiet && of > 1 && io::stderr().is_terminal(),
        }
    }

    /// Lets the program's own log lines through, and nobody else's: those of libraries print
    /// tokens and keys.
    pub(crate) fn log(&self, verbose: u8) {
        let level = match verbose {
            0 => return,
            1 => LevelFilter::INFO,
            2 => LevelFilter::DEBUG,
            _ => LevelFilter::TRACE,
        };
        let lines = tracing_subscriber::fmt::layer()
            .with_writer(io::stderr)
            .with_ansi(false)
            .without_time();
        // A subscriber that is already there stays.
        let _ = tracing_subscriber::registry()
            .with(lines)
            .with(Targets::new().with_target("remperm", level))
            .try_init();
    }

    /// Writes a whole result to stdout. A closed pipe ends quietly with the code that was due; a
    /// report that can't be written is not determined.
    pub(crate) fn print(
        &self,
        exit: Exit,
        write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>,
    ) -> Result<Exit, Error> {
        let mut bytes = Vec::new();
        let mut stdout = io::stdout().lock();
        let written = write(&mut bytes)
            .and_then(|()| stdout.write_all(&bytes))
            .and_then(|()| stdout.flush());
        match written {
            Ok(()) => Ok(exit),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(exit),
            Err(error) => Err(Error::world(format!(
                "the output could not be written: {error}"
            ))),
        }
    }

    /// An error with its hint, on stderr.
    pub(crate) fn error(&self, error: &Error) {
        self.say("error", AnsiColor::Red, &error.message);
        if let Some(hint) = &error.hint {
            self.say("hint", AnsiColor::Cyan, hint);
        }
    }

    /// Something that a person should know, on stderr.
    pub(crate) fn warn(&self, text: &str) {
        if !self.quiet {
            self.say("warning", AnsiColor::Yellow, text);
        }
    }

    /// Progress and advice, on stderr.
    pub(crate) fn note(&self, text: &str) {
        if !self.quiet {
            self.say("note", AnsiColor::Cyan, text);
        }
    }

    /// What kept a check from asking anything, on stderr.
    pub(crate) fn failures(&self, report: &Report) {
        for (audit, failure) in report
            .audits
            .iter()
            .filter_map(|audit| Some((audit, audit.failure.as_ref()?)))
        {
            let mut error = Error::world(match &audit.target {
                Some(target) => format!("{target}: {}", failure.reason.detail),
                None => failure.reason.detail.clone(),
            });
            error.hint.clone_from(&failure.hint);
            self.error(&error);
        }
    }

    fn say(&self, label: &str, color: AnsiColor, text: &str) {
        let text: String = text.chars().filter(|one| !steers(*one)).collect();
        let line = if self.color_on_stderr {
            let ansi = AnsiStyle::new().fg_color(Some(color.into())).bold();
            format!("{ansi}{label}{ansi:#}: {text}\n")
        } else {
            format!("{label}: {text}\n")
        };
        // There is nowhere left to say that stderr is closed.
        let _ = io::stderr().write_all(line.as_bytes());
    }
}

/// A line that tells how many of several checks are done.
#[derive(Debug)]
pub(crate) struct Progress {
    of: usize,
    done: Cell<usize>,
    shown: bool,
}

impl Progress {
    /// One more is done.
    pub(crate) fn step(&self, name: &str) {
        self.done.set(self.done.get() + 1);
        if self.shown {
            let name: String = name
                .chars()
                .filter(|one| !one.is_control())
                .take(40)
                .collect();
            let line = format!("\r\x1b[Kchecked {} of {}: {name}", self.done.get(), self.of);
            let _ = io::stderr().write_all(line.as_bytes());
        }
    }

    /// Takes the line away.
    pub(crate) fn end(&self) {
        if self.shown {
            let _ = io::stderr().write_all(b"\r\x1b[K");
        }
    }
}

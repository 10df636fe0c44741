//! What each command does: from what was typed to what is printed.

mod aws;
mod check;
mod context;
mod explain;
mod gate;
mod gcp;
mod policies;
mod prepared;
mod report_file;
mod reports;
mod run;
mod settings;
mod targets;

use std::path::{Path, PathBuf};

use clap::CommandFactory;
use remperm::environment::Environment;
use remperm::error::Error;
use remperm::exit::Exit;
use remperm::version::Search;

use crate::cli::{AwsCommand, Cli, Command, ConfigCommand, GateCommand, GcpCommand, VersionArgs};
use crate::terminal::Terminal;

pub(crate) use settings::{Stop, parse};

/// Runs a command and tells how it ended.
pub(crate) fn run(command: Command, terminal: &Terminal) -> Result<Exit, Error> {
    match command {
        Command::Aws(AwsCommand::Check(arguments)) => aws::check(*arguments, terminal),
        Command::Gcp(GcpCommand::Check(arguments)) => gcp::check(&arguments, terminal),
        Command::Check(arguments) => targets::check(&arguments, terminal),
        Command::Config(ConfigCommand::Schema) => settings::print_schema(terminal),
        Command::Gate(GateCommand::Upgrade(arguments)) => gate::upgrade(&arguments, terminal),
        Command::Policies(command) => policies::run(command, terminal),
        Command::Explain(arguments) => explain::explain(&arguments, terminal),
        Command::Completions { shell } => terminal.print(Exit::Held, |out| {
            clap_complete::generate(shell, &mut Cli::command(), "remperm", out);
            Ok(())
        }),
        Command::Man => terminal.print(Exit::Held, |out| {
            clap_mangen::Man::new(Cli::command()).render(out)
        }),
    }
}

/// Where to look for the version: what was typed, over `directory`.
fn search(arguments: &VersionArgs, directory: &Path) -> Result<Search, Error> {
    let directory = match &arguments.project_dir {
        Some(directory) if !directory.is_dir() => {
            return Err(Error::call(format!(
                "the project directory {} is no directory",
                directory.display()
            ))
            .hint("give the directory of the Remotion project to --project-dir"));
        }
        Some(directory) => directory.clone(),
        None => directory.to_owned(),
    };
    Ok(Search {
        version: arguments.remotion_version.clone(),
        directory,
        home: std::env::home_dir(),
    })
}

fn working_directory() -> Result<PathBuf, Error> {
    std::env::current_dir()
        .map_err(|error| Error::call(format!("the working directory can't be read: {error}")))
}

fn environment() -> Result<Environment, Error> {
    Environment::read(&working_directory()?)
}

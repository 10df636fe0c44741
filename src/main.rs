//! `remperm`: parse, run, return the exit code.

mod cli;
mod commands;
mod terminal;

use std::process::ExitCode;

use clap::Parser;
use remperm::exit::Exit;

fn main() -> ExitCode {
    let cli = match cli::Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let exit = if error.use_stderr() {
                Exit::Call
            } else {
                Exit::Held
            };
            return match error.print() {
                Ok(()) => exit.into(),
                Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => exit.into(),
                Err(_) => Exit::Undetermined.into(),
            };
        }
    };
    let terminal = terminal::Terminal::new(&cli.output);
    terminal.log(cli.output.verbose);
    match commands::run(cli.command, &terminal) {
        Ok(exit) => exit.into(),
        Err(error) => {
            terminal.error(&error);
            error.exit().into()
        }
    }
}

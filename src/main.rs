//! `remperm`: parse, run, return the exit code.

mod cli;
mod commands;
mod terminal;

use std::process::ExitCode;

use remperm::exit::Exit;

use commands::Stop;

fn main() -> ExitCode {
    let cli = match commands::parse(std::env::args_os().collect()) {
        Ok(cli) => cli,
        Err(Stop::Configured(error)) => {
            terminal::Terminal::plain().error(&error);
            return error.exit().into();
        }
        Err(Stop::Typed(error)) => {
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

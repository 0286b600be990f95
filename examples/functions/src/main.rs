//! The program `regatta-function`: one function behind one port.

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;
use functions::server;
use functions::settings::Settings;

fn main() -> ExitCode {
    match server::run(&Settings::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let cause = std::error::Error::source(&error);
            let cause = cause.map_or_else(String::new, |cause| format!(": {cause}"));
            // Who closed this pipe does not want to know.
            let _ = writeln!(std::io::stderr(), "regatta-function: {error}{cause}");
            ExitCode::FAILURE
        }
    }
}

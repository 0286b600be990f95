//! The `regatta` program.

mod answers;
mod exit;
mod lines;
mod module;
mod modules;
mod output;
mod policy;
mod reward;
mod schema;
mod settings;
mod snapshot;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::exit::Exit;
use crate::output::Output;

/// Races autoscaling policies under the same wind.
#[derive(Debug, Parser)]
#[command(name = "regatta", version, after_help = exit::HELP)]
struct Regatta {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    #[command(subcommand)]
    Policy(policy::Command),
    #[command(subcommand)]
    Reward(reward::Command),
    Modules(modules::Arguments),
}

fn main() -> ExitCode {
    let regatta = Regatta::parse();
    let output = Output::standard();
    let ended = match regatta.command {
        Command::Policy(command) => policy::run(command, output),
        Command::Reward(command) => reward::run(command, output),
        Command::Modules(arguments) => modules::run(&arguments, output),
    };
    ended.map_or_else(|failure| failure.report(), |()| Exit::Fine.into())
}

//! The `regatta` program.

mod answers;
mod bench;
mod calibrate;
mod check;
mod clock;
mod compile;
mod entrance;
#[cfg(feature = "learner")]
mod evaluate;
mod exit;
#[cfg(feature = "learner")]
mod export;
mod invoke;
mod lines;
mod module;
mod modules;
mod output;
mod policy;
mod race;
mod registry;
mod replay;
mod reward;
mod schema;
mod settings;
mod simulate;
mod snapshot;
#[cfg(feature = "learner")]
mod train;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::exit::Exit;
use crate::output::Output;

/// Races autoscaling policies under the same wind.
///
/// Begin with `regatta race examples/flash-crowd.yaml`, or look at a policy with
/// `regatta policy inspect threshold-hpa`.
#[derive(Debug, Parser)]
#[command(name = "regatta", version, after_long_help = exit::HELP)]
struct Regatta {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Race(race::Arguments),
    Invoke(invoke::Arguments),
    Calibrate(calibrate::Arguments),
    #[cfg(feature = "learner")]
    Train(train::Arguments),
    #[cfg(feature = "learner")]
    Evaluate(evaluate::Arguments),
    #[cfg(feature = "learner")]
    Export(export::Arguments),
    Replay(replay::Arguments),
    #[command(subcommand)]
    Policy(policy::Command),
    #[command(subcommand)]
    Reward(reward::Command),
    Simulate(simulate::Arguments),
    Modules(modules::Arguments),
    Registry(registry::Arguments),
    #[command(hide = true)]
    Compile(compile::Arguments),
}

fn main() -> ExitCode {
    let regatta = Regatta::parse();
    let output = Output::standard();
    let ended = match regatta.command {
        Command::Race(arguments) => race::run(&arguments, output),
        Command::Invoke(arguments) => invoke::run(&arguments, output),
        Command::Calibrate(arguments) => calibrate::run(&arguments, output),
        #[cfg(feature = "learner")]
        Command::Train(arguments) => train::run(&arguments, output),
        #[cfg(feature = "learner")]
        Command::Evaluate(arguments) => evaluate::run(&arguments, output),
        #[cfg(feature = "learner")]
        Command::Export(arguments) => export::run(&arguments, output),
        Command::Replay(arguments) => replay::run(&arguments, output),
        Command::Policy(command) => policy::run(command, output),
        Command::Reward(command) => reward::run(command, output),
        Command::Simulate(arguments) => simulate::run(&arguments, output),
        Command::Modules(arguments) => modules::run(&arguments, output),
        Command::Registry(arguments) => registry::run(&arguments, output),
        Command::Compile(arguments) => return compile::run(&arguments),
    };
    ended.map_or_else(|failure| failure.report(), |()| Exit::Fine.into())
}

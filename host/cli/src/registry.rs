//! `regatta registry`: modules at rest, and the upload gate that they come in by.

mod aliases;
mod collect;
mod fetch;
mod list;
mod place;
mod quarantine;
mod remove;
mod show;
mod upload;
mod verify;
mod versions;

use clap::{Args, Subcommand};

use crate::exit::Failure;
use crate::output::Output;
use place::Place;

/// Keeps the modules of tenants: lets them in, lists them, makes them live.
///
/// A version is named `tenant/name@1.2.3`; `@live` and `@previous` are those that act and acted
/// before, `@sha256:…` goes by the bytes, and without an `@` it is the live one.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    place: Place,
    /// Print one JSON document.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Upload(upload::Arguments),
    List(list::Arguments),
    Show(show::Arguments),
    Promote(aliases::Promote),
    RollBack(aliases::RollBack),
    Withdraw(aliases::Withdraw),
    Quarantine(quarantine::Quarantine),
    Release(quarantine::Release),
    Remove(remove::Arguments),
    Fetch(fetch::Arguments),
    Collect(collect::Arguments),
    Verify(verify::Arguments),
}

pub(crate) fn run(arguments: &Arguments, output: Output) -> Result<(), Failure> {
    let Arguments { place, json, command } = arguments;
    let json = *json;
    match command {
        Command::Upload(arguments) => upload::run(arguments, place, output, json),
        Command::List(arguments) => list::run(arguments, &place.registry()?, output, json),
        Command::Show(arguments) => show::run(arguments, &place.registry()?, output, json),
        Command::Promote(arguments) => {
            aliases::promote(arguments, &place.registry()?, output, json)
        }
        Command::RollBack(arguments) => {
            aliases::roll_back(arguments, &place.registry()?, output, json)
        }
        Command::Withdraw(arguments) => {
            aliases::withdraw(arguments, &place.registry()?, output, json)
        }
        Command::Quarantine(arguments) => {
            quarantine::quarantine(arguments, &place.registry()?, output, json)
        }
        Command::Release(arguments) => {
            quarantine::release(arguments, &place.registry()?, output, json)
        }
        Command::Remove(arguments) => remove::run(arguments, &place.registry()?, output, json),
        Command::Fetch(arguments) => fetch::run(arguments, &place.registry()?, output, json),
        Command::Collect(arguments) => collect::run(arguments, place, output, json),
        Command::Verify(arguments) => verify::run(arguments, &place.registry()?, output, json),
    }
}

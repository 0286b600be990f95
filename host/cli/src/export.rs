//! `regatta export`: what was trained becomes a policy component.

use std::fs;
use std::path::{Path, PathBuf};

use agent::Agent;
use assembly::{export, trained};
use clap::Args;
use serde::Serialize;

use crate::exit::{Exit, Failure};
use crate::output::{Card, Output};

/// Makes a policy component of what was trained: it needs no libtorch and decides as the network does.
///
/// The component runs wherever Regatta runs policies: in races, in the registry, live. A name that ends in
/// .agent gets the weights alone, as plain values.
#[derive(Debug, Args)]
#[command(after_long_help = HELP)]
pub(crate) struct Arguments {
    /// A checkpoint, or the folder of a training, whose newest one is taken.
    checkpoint: PathBuf,
    /// Where the component goes: NAME.wasm, or NAME.agent for the values alone.
    #[arg(short, long, value_name = "FILE")]
    out: PathBuf,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

const HELP: &str = "\
Examples:
  regatta export results/mp3-dqn/seed-1 -o mp3-dqn.wasm
  regatta policy check mp3-dqn.wasm
  regatta policy inspect mp3-dqn.wasm";

#[derive(Debug, Serialize)]
struct Exported {
    name: String,
    inputs: usize,
    heads: Vec<usize>,
    weights: usize,
    bytes: usize,
    out: PathBuf,
}

pub(crate) fn run(arguments: &Arguments, output: Output) -> Result<(), Failure> {
    let agent = trained(&arguments.checkpoint)
        .map_err(|error| Failure::input(error).at(arguments.checkpoint.display()))?;
    let bytes = match is_agent(&arguments.out) {
        true => agent.to_bytes(),
        false => export(&agent).map_err(|error| Failure::new(Exit::Component, error))?,
    };
    fs::write(&arguments.out, &bytes)
        .map_err(|error| Failure::io(error).at(arguments.out.display()))?;
    output.card(&Exported::new(&agent, bytes.len(), &arguments.out), arguments.json)
}

fn is_agent(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "agent")
}

impl Exported {
    fn new(agent: &Agent, bytes: usize, out: &Path) -> Self {
        let card = agent.card();
        let layers = agent.network().layers();
        Self {
            name: card.name.clone(),
            inputs: card.inputs(),
            heads: card.heads(),
            weights: layers.map(|layer| layer.weights.len() + layer.bias.len()).sum(),
            bytes,
            out: out.to_owned(),
        }
    }
}

impl Card for Exported {
    fn text(&self) -> String {
        let Self { name, inputs, heads, weights, bytes, out } = self;
        format!(
            "{name}: {inputs} inputs, heads {heads:?}, {weights} weights; {bytes} bytes in {}\n",
            out.display()
        )
    }
}

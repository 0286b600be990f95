//! `regatta modules`: the policies and reward functions that the program carries.

use std::fmt::Write;

use assembly::built_in;
use clap::Args;
use sandbox::World;
use serde::Serialize;

use crate::exit::Failure;
use crate::module;
use crate::output::{Card, Output};

/// Lists the policies and reward functions that the program carries.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct List {
    policies: Vec<Entry>,
    rewards: Vec<Entry>,
}

#[derive(Debug, Serialize)]
struct Entry {
    name: &'static str,
    version: String,
    stateful: bool,
    size_bytes: usize,
}

pub(crate) fn run(arguments: &Arguments, output: Output) -> Result<(), Failure> {
    let modules = module::all()?;
    let mut list = List { policies: Vec::new(), rewards: Vec::new() };
    for one in built_in() {
        let (name, size_bytes) = (one.name, one.bytes.len());
        match one.world {
            World::Policy => {
                let policy = modules.policy(name)?;
                let (version, stateful) =
                    (policy.description().version.clone(), policy.description().stateful);
                list.policies.push(Entry { name, version, stateful, size_bytes });
            }
            World::Reward => {
                let reward = modules.reward(name)?;
                let (version, stateful) =
                    (reward.description().version.clone(), reward.description().stateful);
                list.rewards.push(Entry { name, version, stateful, size_bytes });
            }
        }
    }
    output.card(&list, arguments.json)
}

impl Card for List {
    fn text(&self) -> String {
        let mut text = String::new();
        for (title, entries) in [("policies", &self.policies), ("rewards", &self.rewards)] {
            writeln!(text, "{title}").expect("a string takes text");
            let width = entries.iter().map(|entry| entry.name.len()).max().unwrap_or(0);
            for Entry { name, version, stateful, size_bytes } in entries {
                let state = if *stateful { "keeps state" } else { "no state" };
                writeln!(text, "  {name:width$}  {version}  {state:11}  {size_bytes:>7} bytes")
                    .expect("a string takes text");
            }
        }
        text.push_str(
            "`regatta policy inspect NAME` and `regatta reward inspect NAME` tell more\n",
        );
        text
    }
}

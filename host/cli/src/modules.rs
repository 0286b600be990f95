//! `regatta modules`: the policies and reward functions that the program carries.

use std::fmt::Write;

use assembly::built_in;
use clap::Args;
use sandbox::World;
use serde::Serialize;

use crate::exit::Failure;
use crate::output::{Card, Output};
use crate::schema;
use crate::stage;

/// Lists the policies and reward functions that the program carries.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct Modules {
    policies: Vec<Module>,
    rewards: Vec<Module>,
}

#[derive(Debug, Serialize)]
struct Module {
    name: String,
    version: String,
    about: String,
}

pub(crate) fn run(arguments: &Arguments, output: Output) -> Result<(), Failure> {
    let modules = stage::modules()?;
    let mut list = Modules { policies: Vec::new(), rewards: Vec::new() };
    for one in built_in() {
        let name = one.name.to_owned();
        match one.world {
            World::Policy => {
                let policy = modules.policy(one.name)?;
                let said = policy.description();
                let about = schema::title(&said.settings_schema);
                list.policies.push(Module { name, version: said.version.clone(), about });
            }
            World::Reward => {
                let reward = modules.reward(one.name)?;
                let said = reward.description();
                let about = schema::title(&said.settings_schema);
                list.rewards.push(Module { name, version: said.version.clone(), about });
            }
        }
    }
    output.card(&list, arguments.json)
}

impl Card for Modules {
    fn text(&self) -> String {
        let mut text = String::new();
        for (title, modules) in [("policies", &self.policies), ("rewards", &self.rewards)] {
            writeln!(text, "{title}").expect("a string takes any text");
            let width = modules.iter().map(|module| module.name.len()).max().unwrap_or(0);
            for Module { name, version, about } in modules {
                writeln!(text, "  {name:width$}  {version}  {about}").expect("a string takes any text");
            }
        }
        text
    }
}

//! `regatta reward inspect`: what a reward function says about itself, what it reads and promises.

use std::fmt::Write;

use clap::Args;
use sandbox::{LoadError, RewardComponent, World};
use scaling::{Reward, Terms};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::exit::Failure;
use crate::module::{ColumnCard, columns_text, schema_json};
use crate::output::{Card, Output};
use crate::settings::{self, Settings};
use crate::{module, schema};

/// Shows what a reward function says about itself, its settings, what it reads and promises.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// A built-in reward's name, or the path of a .wasm file.
    reward: String,
    /// Settings to ask the terms for: JSON, or @FILE.
    #[arg(long, value_name = "JSON|@FILE")]
    settings: Option<Settings>,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct RewardCard {
    name: String,
    version: String,
    stateful: bool,
    sha256: String,
    size_bytes: u64,
    terms: TermsCard,
    settings_schema: Box<RawValue>,
}

/// What it reads and promises with the settings, or why it cannot be told without.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case", untagged)]
enum TermsCard {
    Known { minimum: f64, maximum: f64, columns: Vec<ColumnCard> },
    Unknown { unknown: String },
}

pub(crate) fn run(arguments: &Arguments, output: Output) -> Result<(), Failure> {
    let component = module::all()?.reward(&arguments.reward)?;
    let terms = terms(&component, arguments.settings.as_ref())?;
    let said = component.description();
    let card = RewardCard {
        name: said.name.clone(),
        version: said.version.clone(),
        stateful: said.stateful,
        sha256: component.digest().to_string(),
        size_bytes: module::size(World::Reward, &arguments.reward),
        terms,
        settings_schema: schema_json(&said.settings_schema),
    };
    output.card(&card, arguments.json)
}

/// Without settings a reward may refuse to say its terms; with settings that is an error.
fn terms(component: &RewardComponent, given: Option<&Settings>) -> Result<TermsCard, Failure> {
    match component.instantiate(&settings::text(given)?) {
        Ok(reward) => {
            let Terms { columns, minimum, maximum } = reward.terms().clone();
            let columns = columns.into_iter().map(ColumnCard::from).collect();
            Ok(TermsCard::Known { minimum, maximum, columns })
        }
        Err(LoadError::Settings(error)) if given.is_none() => {
            Ok(TermsCard::Unknown { unknown: error.to_string() })
        }
        Err(error) => Err(Failure::from(error).at(settings::place(given))),
    }
}

impl Card for RewardCard {
    fn text(&self) -> String {
        let Self { name, version, stateful, sha256, size_bytes, .. } = self;
        let stateful = if *stateful { "kept by workload" } else { "none" };
        let mut text = format!("reward {name} {version}\n");
        for (what, value) in [
            ("state", stateful.to_owned()),
            ("sha256", sha256.clone()),
            ("size", format!("{size_bytes} bytes")),
        ] {
            writeln!(text, "  {what}: {value}").expect("a string takes text");
        }
        text.push_str("terms\n");
        text.push_str(&match &self.terms {
            TermsCard::Unknown { unknown } => format!("  (they depend on --settings: {unknown})\n"),
            TermsCard::Known { minimum, maximum, columns } => {
                format!("  rewards: from {minimum} to {maximum}\n{}", columns_text(columns))
            }
        });
        text.push_str("settings\n");
        text.push_str(&schema::outline(self.settings_schema.get()));
        text
    }
}

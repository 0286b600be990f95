//! `regatta policy inspect`: what a policy says about itself, and what it needs.

use std::fmt::Write;

use assembly::Modules;
use clap::Args;
use sandbox::{LoadError, PolicyComponent, World};
use scaling::{Detail, Needs, Policy, Scope};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::exit::Failure;
use crate::module::{ColumnCard, columns_text, schema_json};
use crate::output::{Card, Output};
use crate::settings::{self, Settings};
use crate::{module, schema};

/// Shows what a policy says about itself, its settings, and what it needs to see.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// A built-in policy's name, or the path of a .wasm file.
    policy: String,
    /// Settings to ask the needs for: JSON, or @FILE.
    #[arg(long, value_name = "JSON|@FILE")]
    settings: Option<Settings>,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct PolicyCard {
    name: String,
    version: String,
    scope: &'static str,
    stateful: bool,
    reasons: Vec<String>,
    sha256: String,
    size_bytes: u64,
    needs: NeedsCard,
    settings_schema: Box<RawValue>,
}

/// What it needs with the settings, or why it cannot be told without.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case", untagged)]
enum NeedsCard {
    Known { period_seconds: f64, columns: Vec<ColumnCard>, details: Vec<&'static str> },
    Unknown { unknown: String },
}

pub(crate) fn run(arguments: &Arguments, output: Output) -> Result<(), Failure> {
    let modules: Modules = module::all()?;
    let component = modules.policy(&arguments.policy)?;
    let needs = needs(&component, arguments.settings.as_ref())?;
    let said = component.description();
    let card = PolicyCard {
        name: said.name.clone(),
        version: said.version.clone(),
        scope: match said.scope {
            Scope::Workload => "workload",
            Scope::Group => "group",
        },
        stateful: said.stateful,
        reasons: said.reasons.iter().map(ToString::to_string).collect(),
        sha256: component.digest().to_string(),
        size_bytes: module::size(World::Policy, &arguments.policy),
        needs,
        settings_schema: schema_json(&said.settings_schema),
    };
    output.card(&card, arguments.json)
}

/// Without settings a policy may refuse to say what it needs; with settings that is an error.
fn needs(component: &PolicyComponent, given: Option<&Settings>) -> Result<NeedsCard, Failure> {
    match component.instantiate(&settings::text(given)?, 0) {
        Ok(policy) => Ok(NeedsCard::known(policy.needs())),
        Err(LoadError::Settings(error)) if given.is_none() => {
            Ok(NeedsCard::Unknown { unknown: error.to_string() })
        }
        Err(error) => Err(Failure::from(error).at(settings::place(given))),
    }
}

impl NeedsCard {
    fn known(needs: &Needs) -> Self {
        let details = Detail::ALL.into_iter().filter(|&detail| needs.details.contains(detail));
        NeedsCard::Known {
            period_seconds: needs.period.as_secs_f64(),
            columns: needs.columns.iter().copied().map(ColumnCard::from).collect::<Vec<_>>(),
            details: details.map(Detail::name).collect(),
        }
    }

    fn text(&self) -> String {
        match self {
            NeedsCard::Unknown { unknown } => format!("  (they depend on --settings: {unknown})\n"),
            NeedsCard::Known { period_seconds, columns, details } => {
                let period = match *period_seconds {
                    0.0 => "every tick".to_owned(),
                    seconds => format!("every {seconds} s"),
                };
                let details =
                    if details.is_empty() { "none".to_owned() } else { details.join(", ") };
                format!("  period: {period}\n  details: {details}\n{}", columns_text(columns))
            }
        }
    }
}

impl Card for PolicyCard {
    fn text(&self) -> String {
        let Self { name, version, scope, stateful, reasons, sha256, size_bytes, .. } = self;
        let stateful = if *stateful { "kept by workload" } else { "none" };
        let mut text = format!("policy {name} {version}\n");
        for (what, value) in [
            ("scope", (*scope).to_owned()),
            ("state", stateful.to_owned()),
            ("sha256", sha256.clone()),
            ("size", format!("{size_bytes} bytes")),
        ] {
            writeln!(text, "  {what}: {value}").expect("a string takes text");
        }
        text.push_str("  reasons:\n");
        text.push_str(&schema::wrapped(&reasons.join(", "), 4));
        text.push_str("needs\n");
        text.push_str(&self.needs.text());
        text.push_str("settings\n");
        text.push_str(&schema::outline(self.settings_schema.get()));
        text
    }
}

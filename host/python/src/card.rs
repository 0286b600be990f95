//! Card: what an agent looks at and what it can do, as Python or a file says it.

use agent::{Arrangement, Card};
use serde_json::Value;

use crate::failure::Failure;

/// Sections of a file that hold a card.
const SECTIONS: [&str; 2] = ["agent", "card"];

/// The card in a text of YAML or JSON: all of it, or its section `agent` or `card`. One without a
/// name is called `agent`.
pub(crate) fn read(text: &str, origin: &str) -> Result<Card, Failure> {
    let mut value: Value = serde_saphyr::from_str(text)
        .map_err(|error| Failure::Card(format!("{origin}: {error}")))?;
    let mut place = String::new();
    for section in SECTIONS {
        if let Some(found) = value.get_mut(section).filter(|found| found.is_object()) {
            value = found.take();
            place = format!("{section}.");
            break;
        }
    }
    if let Some(fields) = value.as_object_mut() {
        fields.entry("name").or_insert_with(|| "agent".into());
    }
    serde_path_to_error::deserialize(value).map_err(|error| {
        let field = match error.path().to_string() {
            field if field == "." => place.trim_end_matches('.').to_owned(),
            field => format!("{place}{field}"),
        };
        let colon = if field.is_empty() { "" } else { ": " };
        Failure::Card(format!("{origin}: {field}{colon}{}", error.into_inner()))
    })
}

/// The arrangement of that name over groups of so many workloads; none where groups differ in size.
pub(crate) fn arrangement(name: &str, group: Option<usize>) -> Result<Arrangement, Failure> {
    let workloads = || {
        group.ok_or_else(|| {
            let problem = "needs groups of one size, and those of the experiment differ";
            Failure::Card(format!("the arrangement `{name}` {problem}: use `per-workload`"))
        })
    };
    match name {
        "per-workload" => Ok(Arrangement::PerWorkload),
        "factored" => Ok(Arrangement::Factored { workloads: workloads()? }),
        "joint" => Ok(Arrangement::Joint { workloads: workloads()? }),
        _ => Err(Failure::Card(format!(
            "there is no arrangement `{name}`; there are `per-workload`, `factored` and `joint`"
        ))),
    }
}

//! Card: one file in full, stage by stage and item by item.

use std::fmt::Write;
use std::time::Duration;

use registry::{NeedsSettings, Outcome, Stage, Verdict};
use sandbox::{Trial, World};
use serde::ser::{Serialize, SerializeStruct, Serializer};
use serde_json::{Value, json};

use super::inspection::{Inspection, PassedModule, State};
use super::line::{bad, dim, good, mark, paragraph, size, strong, time};
use crate::output::Card;

/// Width of the names of stages and items.
const NAME: usize = 12;
/// Where texts begin: two spaces, a mark, a space, and the name.
const TEXT: usize = 4 + NAME + 1;

/// The stages that a module meets before it would be registered.
const STAGES: [Stage; 9] = [
    Stage::Size,
    Stage::Parse,
    Stage::World,
    Stage::Imports,
    Stage::Compile,
    Stage::Link,
    Stage::Describe,
    Stage::Settings,
    Stage::Trial,
];

/// One file.
pub(super) struct OneCard {
    inspection: Inspection,
}

impl OneCard {
    pub(super) fn new(inspection: Inspection) -> Self {
        Self { inspection }
    }
}

impl Serialize for OneCard {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.inspection.serialize(serializer)
    }
}

impl Serialize for Inspection {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Inspection", 6)?;
        fields.serialize_field("file", &self.name)?;
        fields.serialize_field("size_bytes", &self.bytes)?;
        fields.serialize_field("verdict", self.verdict())?;
        let seconds = |wanted| {
            let found = self.timed.iter().find(|(stage, _)| *stage == wanted);
            found.map(|(_, took)| took.as_secs_f64())
        };
        fields.serialize_field("compile_seconds", &seconds(Stage::Compile))?;
        match &self.state {
            State::Refused { stage, error } => {
                fields.serialize_field("stage", stage.name())?;
                fields.serialize_field("error", error)?;
            }
            State::Passed(passed) => {
                fields.serialize_field("module", &passed.json())?;
                fields.serialize_field("conformance", &passed.items_json())?;
            }
        }
        fields.end()
    }
}

impl PassedModule {
    fn json(&self) -> Value {
        json!({
            "name": self.module,
            "version": self.version,
            "world": self.world.name(),
            "sha256": self.digest,
            "code_bytes": self.code_bytes,
            "needs_settings": self.conformance.needs_settings.as_ref().map(|needed| json!({
                "complaints": needed.complaints,
                "example": needed.example,
                "example_accepted": needed.accepted,
            })),
        })
    }

    fn items_json(&self) -> Vec<Value> {
        let item = |verdict: &Verdict| {
            let name = verdict.item.name();
            match &verdict.outcome {
                Outcome::Kept(remark) => json!({"item": name, "outcome": "kept", "remark": remark}),
                Outcome::Skipped(why) => json!({"item": name, "outcome": "skipped", "why": why}),
                Outcome::Broken(finding) => json!({
                    "item": name,
                    "outcome": "broken",
                    "done": finding.done,
                    "seen": finding.seen,
                    "change": finding.change,
                }),
            }
        };
        self.conformance.verdicts.iter().map(item).collect()
    }
}

impl Inspection {
    /// In one word or two.
    pub(super) fn verdict(&self) -> &'static str {
        match &self.state {
            State::Refused { .. } => "refused",
            State::Passed(passed) if passed.findings() > 0 => "findings",
            State::Passed(passed) if passed.conformance.needs_settings.is_some() => {
                "needs settings"
            }
            State::Passed(passed) if passed.unfinished() > 0 => "unfinished",
            State::Passed(_) => "good",
        }
    }

    fn took(&self, wanted: Stage) -> Option<Duration> {
        self.timed.iter().find(|(stage, _)| *stage == wanted).map(|(_, took)| *took)
    }

    /// What is worth telling of a stage that was passed.
    fn remark(&self, stage: Stage) -> String {
        let State::Passed(passed) = &self.state else {
            return match stage {
                Stage::Size => size(self.bytes),
                Stage::Compile => self.took(stage).map(time).unwrap_or_default(),
                _ => standing_remark(stage).to_owned(),
            };
        };
        match stage {
            Stage::Size => size(self.bytes),
            Stage::World => passed.world.name().to_owned(),
            Stage::Compile => {
                let code = passed.code_bytes.map(size).unwrap_or_default();
                let took = self.took(stage).map(time).unwrap_or_default();
                format!("{took} in a child process, {code} of native code")
            }
            Stage::Describe => format!("{} {}", passed.module, passed.version),
            Stage::Settings | Stage::Trial
                if matches!(passed.trial, Trial::NeedsSettings { .. }) =>
            {
                "left out, because it needs settings".to_owned()
            }
            Stage::Trial => match passed.world {
                World::Policy => "one decision".to_owned(),
                World::Reward => "one score".to_owned(),
            },
            stage => standing_remark(stage).to_owned(),
        }
    }

    fn gate(&self, text: &mut String) {
        writeln!(text, "{}", strong("gate")).expect("a string takes text");
        let refused = match &self.state {
            State::Refused { stage, error } => Some((*stage, error)),
            State::Passed(_) => None,
        };
        for stage in STAGES {
            match refused {
                Some((at, error)) if at == stage => {
                    let lead = format!("  {} {:NAME$} ", bad(), stage.name());
                    text.push_str(&paragraph(&lead, TEXT, error));
                    return;
                }
                _ => {
                    let remark = self.remark(stage);
                    let line = format!("  {} {:NAME$} {}", good(), stage.name(), dim(&remark));
                    writeln!(text, "{}", line.trim_end()).expect("a string takes text");
                }
            }
        }
    }
}

impl Card for OneCard {
    fn text(&self) -> String {
        let mut text = format!("{}\n", strong(&self.inspection.name));
        if let State::Passed(passed) = &self.inspection.state {
            writeln!(text, "{}", dim(&format!("sha256 {}", passed.digest)))
                .expect("a string takes text");
        }
        self.inspection.gate(&mut text);
        if let State::Passed(passed) = &self.inspection.state {
            conformance(passed, &mut text);
        }
        text
    }
}

/// What is always so when a stage was passed.
fn standing_remark(stage: Stage) -> &'static str {
    match stage {
        Stage::Parse => "whole and valid",
        Stage::Imports => "nothing that no guest gets",
        Stage::Link => "it fits its world",
        Stage::Settings => "accepted",
        _ => "",
    }
}

fn conformance(passed: &PassedModule, text: &mut String) {
    let took = dim(&format!("({})", time(passed.conformance_took)));
    writeln!(text, "{} {took}", strong("conformance")).expect("a string takes text");
    let needs_settings = passed.conformance.needs_settings.as_ref();
    for Verdict { item, outcome } in &passed.conformance.verdicts {
        let lead = format!("  {} {:NAME$} ", mark(outcome), item.name());
        match outcome {
            Outcome::Kept(remark) => {
                let colon = if remark.is_empty() { "" } else { ": " };
                let remark = format!("{}{colon}{remark}", item.claim());
                text.push_str(&dimmed(&paragraph(&lead, TEXT, &remark), &lead));
            }
            // All of them for the same reason, which is told below.
            Outcome::Skipped(_) if needs_settings.is_some() => {}
            Outcome::Skipped(why) => {
                text.push_str(&dimmed(&paragraph(&lead, TEXT, &format!("left out: {why}")), &lead));
            }
            Outcome::Broken(finding) => {
                text.push_str(&paragraph(&lead, TEXT, item.claim()));
                for (what, words) in
                    [("done", &finding.done), ("seen", &finding.seen), ("change", &finding.change)]
                {
                    let lead = format!("{}{what:7} ", " ".repeat(TEXT));
                    text.push_str(&paragraph(&lead, TEXT + 8, words));
                }
            }
        }
    }
    if let Some(needed) = needs_settings {
        let others = format!("  {} the others need settings", dim("–"));
        writeln!(text, "{others}").expect("a string takes text");
        text.push_str(&settings(needed));
    }
}

/// The text of a paragraph made quiet, its lead left as it is.
fn dimmed(paragraph: &str, lead: &str) -> String {
    let rest = paragraph.strip_prefix(lead).unwrap_or(paragraph);
    format!("{lead}{}\n", dim(rest.trim_end()))
}

fn settings(needed: &NeedsSettings) -> String {
    let mut text = format!("{}\n", strong("settings"));
    text.push_str(&paragraph("  ", 2, &format!("It needs some: {}", needed.complaints)));
    match &needed.example {
        None => {}
        Some(example) if needed.accepted => {
            text.push_str("  These, made from its schema, would do:\n");
            writeln!(text, "    --settings '{example}'").expect("a string takes text");
        }
        Some(example) => {
            text.push_str("  From its schema, which does not say all that it wants:\n");
            writeln!(text, "    --settings '{example}'").expect("a string takes text");
        }
    }
    text
}

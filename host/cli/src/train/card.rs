//! Card: what a training came to.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use assembly::TrainingPlan;
use learner::{BootstrapReport, Phase, Stint, figures};
use serde::Serialize;

use super::seed::{Trained, folder};
use crate::output;

/// What a training came to.
#[derive(Debug, Serialize)]
pub(super) struct Card {
    name: String,
    algorithm: &'static str,
    seeds: Vec<Row>,
    plots: Vec<PathBuf>,
}

#[derive(Debug, Serialize)]
struct Row {
    seed: u64,
    steps: u64,
    episodes: u64,
    wall_seconds: f64,
    steps_per_second: f64,
    interrupted: bool,
    /// Means of the last evaluation, by name.
    evaluation: Vec<(&'static str, f64)>,
    folder: PathBuf,
    checkpoint: PathBuf,
    /// Who drove when, if a rule led.
    #[serde(skip_serializing_if = "Option::is_none")]
    bootstrap: Option<BootstrapReport>,
}

impl Card {
    pub(super) fn new(
        plan: &TrainingPlan,
        out: &Path,
        seeds: &[(u64, Trained)],
        plots: &[PathBuf],
    ) -> Self {
        let row = |(seed, trained): &(u64, Trained)| {
            let end = &trained.end;
            Row {
                seed: *seed,
                steps: end.step,
                episodes: end.episodes,
                wall_seconds: end.wall_seconds,
                steps_per_second: end.step as f64 / end.wall_seconds.max(1e-9),
                interrupted: end.interrupted,
                evaluation: match end.evaluation.is_empty() {
                    true => Vec::new(),
                    false => figures(&end.evaluation),
                },
                folder: folder(out, *seed),
                checkpoint: end.checkpoint.clone(),
                bootstrap: trained.led.clone(),
            }
        };
        Self {
            name: plan.name().to_owned(),
            algorithm: plan.algorithm.name(),
            seeds: seeds.iter().map(row).collect(),
            plots: plots.to_vec(),
        }
    }
}

impl output::Card for Card {
    fn text(&self) -> String {
        let mut text = format!("{} by {}\n", self.name, self.algorithm);
        let mut line = |line: std::fmt::Arguments<'_>| {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{line}");
        };
        for row in &self.seeds {
            let rate = row.steps_per_second;
            let (seed, steps, episodes) = (row.seed, row.steps, row.episodes);
            line(format_args!(
                "  seed {seed}: {steps} steps, {episodes} episodes, {rate:.0} steps/s{}",
                if row.interrupted { ", interrupted" } else { "" }
            ));
            let told: Vec<String> =
                row.evaluation.iter().map(|(name, value)| format!("{name} {value:.4}")).collect();
            if !told.is_empty() {
                line(format_args!("    evaluated: {}", told.join(", ")));
            }
            for stint in row.bootstrap.iter().flat_map(|led| &led.stints) {
                line(format_args!("    {}", drove(stint)));
            }
            line(format_args!("    {}", row.checkpoint.display()));
        }
        for plot in &self.plots {
            line(format_args!("  {}", plot.display()));
        }
        if let Some(row) = self.seeds.first() {
            let folder = row.folder.display();
            line(format_args!("next: regatta evaluate {folder}, or"));
            line(format_args!("      regatta export {folder} -o {}.wasm", self.name));
        }
        text
    }
}

/// A stretch under the same driver, in words.
fn drove(stint: &Stint) -> String {
    let who = match stint.phase {
        Phase::Rule => "the rule",
        Phase::Agent => "the agent",
        Phase::FallenBack => "the rule, after a fall-back,",
    };
    let share = |share: Option<f64>| {
        share.map_or("-".to_owned(), |share| format!("{:.1} %", 100.0 * share))
    };
    let reward = stint.mean_reward().map_or("-".to_owned(), |reward| format!("{reward:.4}"));
    let (turn, turns, missed) = (stint.turn, stint.turns, share(stint.missed_share()));
    format!(
        "from turn {turn} {who} drove {turns} turns: reward {reward}, objectives missed {missed}"
    )
}

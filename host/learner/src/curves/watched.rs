//! Watched: a training that told every step, drawn by step as SCARLET's figures 2 and 3 are: the tail latency of
//! each function with what it was promised, and the reward with how often something was tried at random.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use csv::Reader;

use super::table::Row;
use super::{Line, Panel, Plot, PlotError, plot_lines};

/// Values by step of every series of a table.
type Series = BTreeMap<String, BTreeMap<u64, f64>>;

/// Draws `latency_by_step.svg` and `reward_by_step.svg` of the `curves.csv` in a training's folder; nothing if it
/// did not tell every step.
pub fn plot_watched(folder: &Path) -> Result<Vec<PathBuf>, PlotError> {
    let table = folder.join("curves.csv");
    let all = read(&table)
        .map_err(|error| PlotError::Read { path: table.clone(), reason: error.to_string() })?;
    let Some(rewards) = all.get("step/reward") else { return Ok(Vec::new()) };
    let (Some(&first), Some(&last)) = (rewards.keys().next(), rewards.keys().next_back()) else {
        return Ok(Vec::new());
    };
    let by_step = |series: &BTreeMap<u64, f64>| -> Vec<f64> {
        (first..=last).map(|step| series.get(&step).copied().unwrap_or(f64::NAN)).collect()
    };
    let tails = all.iter().filter_map(|(name, series)| {
        let workload = name.strip_prefix("step/latency_seconds_tail ")?;
        let promised = all.get(&format!("step/latency_slo_seconds {workload}"));
        let limit = promised.and_then(|promised| promised.values().next_back().copied());
        Some(Line { name: workload.to_owned(), values: by_step(series), limit })
    });
    let latency = Plot {
        title: "Tail latency by step".to_owned(),
        x_label: "step".to_owned(),
        first_x: first,
        panels: vec![Panel {
            y_label: "tail latency (s)".to_owned(),
            must_show: vec![0.0],
            lines: tails.collect(),
        }],
    };
    let line = |name: &str, series| {
        vec![Line { name: name.to_owned(), values: by_step(series), limit: None }]
    };
    let mut panels = vec![Panel {
        y_label: "reward".to_owned(),
        must_show: vec![-1.0, 1.0],
        lines: line("reward", rewards),
    }];
    if let Some(epsilon) = all.get("agent/epsilon") {
        panels.push(Panel {
            y_label: "ε".to_owned(),
            must_show: vec![0.0, 1.0],
            lines: line("chance of a random choice", epsilon),
        });
    }
    let reward = Plot {
        title: "Reward by step".to_owned(),
        x_label: "step".to_owned(),
        first_x: first,
        panels,
    };
    let mut drawn = Vec::new();
    // A world without functions shows nothing but its rewards.
    for (plot, name) in [(&latency, "latency_by_step.svg"), (&reward, "reward_by_step.svg")] {
        if plot.panels.iter().all(|panel| panel.lines.is_empty()) {
            continue;
        }
        let path = folder.join(name);
        plot_lines(plot, &path)?;
        drawn.push(path);
    }
    Ok(drawn)
}

fn read(table: &Path) -> Result<Series, csv::Error> {
    let mut all = Series::new();
    for row in Reader::from_path(table)?.deserialize() {
        let Row { step, name, value, .. } = row?;
        all.entry(name).or_default().insert(step, value);
    }
    Ok(all)
}

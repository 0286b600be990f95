//! Complaints about settings that parse and still make no sense.

use sdk::SettingError;

use super::{Binned, Change, Exploration, Range, Settings};
use crate::{changes, grid};

/// Most (state, action) pairs of one table: with value and visits some 16 MiB if all are seen.
pub const MOST_CELLS: u64 = 1 << 20;

/// Rewards and values beyond this are refused elsewhere too, so that sums stay numbers.
const LARGEST_VALUE: f64 = 1e100;

impl Settings {
    /// Everything that is wrong with these settings.
    pub fn complaints(&self) -> Vec<SettingError> {
        let mut found = Vec::new();
        let mut complain = |wrong: bool, path: &str, message: &str| {
            if wrong {
                found.push(SettingError::new(path, message));
            }
        };
        complain(
            !(self.learning_rate > 0.0 && self.learning_rate <= 1.0),
            "/learning_rate",
            "must be above 0 and at most 1",
        );
        complain(
            !(0.0..1.0).contains(&self.discount),
            "/discount",
            "must be at least 0 and below 1",
        );
        complain(
            !(-LARGEST_VALUE..=LARGEST_VALUE).contains(&self.initial_value),
            "/initial_value",
            "must lie within ±1e100",
        );
        found.extend(exploration(&self.exploration));
        let (columns, actions) = (self.columns(), self.actions());
        found.extend(columns.iter().enumerate().flat_map(|(at, binned)| {
            let repeated = columns[..at].iter().any(|other| other.column == binned.column);
            column(binned, at, repeated)
        }));
        found.extend(choices(&actions));
        let bounds = self.bounds();
        for (name, range) in [
            ("replicas", bounds.replicas),
            ("cpu_millicores", bounds.cpu_millicores),
            ("memory_bytes", bounds.memory_bytes),
        ] {
            found.extend(ends(name, range));
        }
        found.extend(size(&columns, actions.len()));
        found
    }
}

fn exploration(exploration: &Exploration) -> Vec<SettingError> {
    let mut found = Vec::new();
    for (name, rate) in [("start", exploration.start), ("end", exploration.end)] {
        if !(0.0..=1.0).contains(&rate) {
            found.push(SettingError::new(format!("/exploration/{name}"), "must be from 0 to 1"));
        }
    }
    if exploration.end > exploration.start {
        found.push(SettingError::new("/exploration/end", "must not be above `start`"));
    }
    if exploration.updates == 0 {
        found.push(SettingError::new("/exploration/updates", "must be at least 1"));
    }
    found
}

fn column(binned: &Binned, at: usize, repeated: bool) -> Vec<SettingError> {
    let mut found = Vec::new();
    if repeated {
        let message = format!("`{}` comes up twice; list a column once", binned.column);
        found.push(SettingError::new(format!("/columns/{at}/column"), message));
    }
    for (position, edge) in binned.edges.iter().enumerate() {
        let path = || format!("/columns/{at}/edges/{position}");
        if !edge.is_finite() {
            found.push(SettingError::new(path(), "must be finite"));
        } else if position > 0 && binned.edges[position - 1] >= *edge {
            let message = format!("{edge} must be above the edge before it; edges increase");
            found.push(SettingError::new(path(), message));
        }
    }
    found
}

fn choices(actions: &[Change]) -> Vec<SettingError> {
    if actions.is_empty() || actions.len() > changes::MOST {
        let message = format!("must hold 1 to {} actions, not {}", changes::MOST, actions.len());
        return vec![SettingError::new("/actions", message)];
    }
    let repeated = |at: usize| actions[..at].iter().position(|earlier| *earlier == actions[at]);
    (1..actions.len())
        .filter_map(|at| Some((at, repeated(at)?)))
        .map(|(at, earlier)| {
            let message = format!("is the same change as action {earlier}; list a change once");
            SettingError::new(format!("/actions/{at}"), message)
        })
        .collect()
}

fn ends(name: &str, range: Range) -> Option<SettingError> {
    let (min, max) = (range.min.unwrap_or(f64::MIN), range.max.unwrap_or(f64::MAX));
    let right = min.is_finite() && max.is_finite() && min <= max;
    (!right).then(|| {
        SettingError::new(format!("/bounds/{name}"), "`min` must not be above `max`, both finite")
    })
}

fn size(columns: &[Binned], actions: usize) -> Option<SettingError> {
    let cells = columns.iter().fold(actions as u64, |cells, binned| {
        cells.saturating_mul(u64::from(grid::bins(&binned.edges)))
    });
    (cells > MOST_CELLS).then(|| {
        let message = format!(
            "the table would have {cells} cells (the product of all bins and actions), more than \
             {MOST_CELLS}; use fewer columns, edges or actions"
        );
        SettingError::new("/columns", message)
    })
}

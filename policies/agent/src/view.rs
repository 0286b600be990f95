//! A view: a card made ready, with the place of every column that it reads.

use crate::{Card, Change, Feature, Targets};

/// A card made ready to look at rows. Columns are read through a function from their place among
/// [`View::columns`] to the row's value; NaN is a missing one.
#[derive(Debug, Clone)]
pub struct View {
    columns: Vec<String>,
    features: Vec<Seen>,
    changes: Vec<Change>,
    /// Where desired replicas and their bounds stand, if there are changes of replicas.
    replicas: Option<[usize; 3]>,
    cpu: Option<Limit>,
    memory: Option<Limit>,
    steps: (f64, f64),
}

/// A feature and where its columns stand.
#[derive(Debug, Clone)]
struct Seen {
    feature: Feature,
    column: usize,
    times: Option<usize>,
    over: Option<usize>,
}

/// A limit of a replica: where it stands and its range.
#[derive(Debug, Clone, Copy)]
struct Limit {
    column: usize,
    least: f64,
    most: f64,
}

#[derive(Default)]
struct Layout(Vec<String>);

impl Layout {
    /// The place of a column, which gets one if it had none.
    fn place(&mut self, name: &str) -> usize {
        self.0.iter().position(|known| known == name).unwrap_or_else(|| {
            self.0.push(name.to_owned());
            self.0.len() - 1
        })
    }
}

impl View {
    /// The view of a card without complaints.
    pub fn new(card: &Card) -> Self {
        let mut layout = Layout::default();
        let features = card
            .features
            .iter()
            .map(|feature| Seen {
                column: layout.place(&feature.column),
                times: feature.times.as_deref().map(|name| layout.place(name)),
                over: feature.over.as_deref().map(|name| layout.place(name)),
                feature: feature.clone(),
            })
            .collect();
        let turned = |delta: fn(&Change) -> bool| card.changes.iter().any(delta);
        let replicas = turned(|change| change.replicas != 0).then(|| {
            ["replicas_desired", "replicas_min", "replicas_max"].map(|name| layout.place(name))
        });
        let mut limit = |turned: bool, column, range: Option<(f64, f64)>| {
            let (least, most) = range.unwrap_or((1.0, f64::MAX));
            turned.then(|| Limit { column: layout.place(column), least, most })
        };
        let cpu = limit(
            turned(|change| change.cpu_millicores != 0),
            "cpu_limit_millicores",
            card.cpu_millicores.map(|(least, most)| (least.into(), most.into())),
        );
        let memory = limit(
            turned(|change| change.memory_bytes != 0),
            "memory_limit_bytes",
            card.memory_bytes.map(|(least, most)| (least as f64, most as f64)),
        );
        let step = |most: Option<u32>| most.map_or(f64::INFINITY, f64::from);
        Self {
            columns: layout.0,
            features,
            changes: card.changes.clone(),
            replicas,
            cpu,
            memory,
            steps: (-step(card.steps.replicas_down), step(card.steps.replicas_up)),
        }
    }

    /// The columns to read, each once: the features', then those that masks and targets need.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// How many features a row has.
    pub fn features(&self) -> usize {
        self.features.len()
    }

    /// The changes of a row.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// Writes a row's features, as many as there are.
    #[inline]
    pub fn encode(&self, value: impl Fn(usize) -> f64, features: &mut [f32]) {
        for (feature, seen) in features.iter_mut().zip(&self.features) {
            let (times, over) = (seen.times.map(&value), seen.over.map(&value));
            *feature = seen.feature.value(value(seen.column), times, over) as f32;
        }
    }

    /// Writes which changes can be asked for in this row: those that lead to known numbers within the
    /// bounds and are no longer than a step. A bound that is missing forbids nothing, and to change
    /// nothing is always allowed.
    #[inline]
    pub fn allowed(&self, value: impl Fn(usize) -> f64, allowed: &mut [bool]) {
        for (allowed, change) in allowed.iter_mut().zip(&self.changes) {
            *allowed = self.allows_replicas(change.replicas.into(), &value)
                && within(self.cpu, change.cpu_millicores.into(), &value)
                && within(self.memory, change.memory_bytes as f64, &value);
        }
    }

    /// Where an allowed change leads from this row; what it does not change is absent.
    #[inline]
    pub fn targets(&self, change: usize, value: impl Fn(usize) -> f64) -> Targets {
        let change = &self.changes[change];
        let target = |column: Option<usize>, delta: f64| {
            column.filter(|_| delta != 0.0).map(|column| value(column).round() + delta)
        };
        Targets {
            replicas: target(self.replicas.map(|[desired, ..]| desired), change.replicas.into()),
            cpu_millicores: target(
                self.cpu.map(|limit| limit.column),
                change.cpu_millicores.into(),
            ),
            memory_bytes: target(self.memory.map(|limit| limit.column), change.memory_bytes as f64),
        }
    }

    fn allows_replicas(&self, delta: f64, value: impl Fn(usize) -> f64) -> bool {
        let Some([desired, least, most]) = self.replicas.filter(|_| delta != 0.0) else {
            return true;
        };
        let target = value(desired).round() + delta;
        let (least, most) = (value(least), value(most));
        let (down, up) = self.steps;
        (down..=up).contains(&delta)
            && target >= 0.0
            && target.is_finite()
            && (least.is_nan() || target >= least)
            && (most.is_nan() || target <= most)
    }
}

fn within(limit: Option<Limit>, delta: f64, value: impl Fn(usize) -> f64) -> bool {
    limit.filter(|_| delta != 0.0).is_none_or(|limit| {
        // A missing limit makes a target of NaN, which is in no range.
        (limit.least..=limit.most).contains(&(value(limit.column).round() + delta))
    })
}

#[cfg(test)]
mod tests;

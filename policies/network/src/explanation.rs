//! Explanations: what the network saw and what it thought of each change.

use agent::{Arrangement, Card, Change, Chooser, parts};
use serde::Serialize;

/// Why a row got its recommendation.
#[derive(Debug, Serialize)]
struct Explained<'a> {
    /// The features as the network saw them, normalised if it does that.
    inputs: &'a [f32],
    /// The value of each change; in a joint head the largest of those options that make it.
    values: Vec<f32>,
    /// Which changes were allowed.
    allowed: &'a [bool],
    /// The change of the largest value, allowed or not.
    wished: Change,
    /// The change that was recommended.
    chosen: Change,
}

/// The explanation of one of the rows that were decided last, as JSON.
pub(crate) fn explain(card: &Card, chooser: &Chooser, row: usize) -> String {
    let (features, changes) = (card.features.len(), card.changes.len());
    let explained = Explained {
        inputs: &chooser.inputs()[row * features..][..features],
        values: match card.arrangement {
            Arrangement::Joint { workloads } => marginal(chooser.values(), changes, workloads, row),
            _ => chooser.values()[row * changes..][..changes].to_vec(),
        },
        allowed: &chooser.allowed()[row * changes..][..changes],
        wished: card.changes[chooser.wishes()[row]],
        chosen: card.changes[chooser.choices()[row]],
    };
    serde_json::to_string(&explained).expect("plain numbers become JSON")
}

/// The largest value of the joint options that make each of a row's changes.
fn marginal(values: &[f32], changes: usize, workloads: usize, row: usize) -> Vec<f32> {
    let mut largest = vec![f32::NEG_INFINITY; changes];
    let mut combination = vec![0; workloads];
    for (option, &value) in values.iter().enumerate() {
        parts(option, changes, &mut combination);
        let one = &mut largest[combination[row]];
        *one = one.max(value);
    }
    largest
}

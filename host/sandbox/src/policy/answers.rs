//! Answers: what a policy said, judged row by row.

use scaling::{Advice, Explanation, RawRecommendation, Refusal, judge};

use crate::bindings::policy as raw;

/// The bit of each target in `targets`.
const REPLICAS: u8 = 1;
const CPU: u8 = 2;
const MEMORY: u8 = 4;
const BUFFER: u8 = 8;

/// One explanation's longest text; longer ones are dropped.
const EXPLANATION_BYTES: usize = 64 << 10;

/// Judges an answer: one recommendation a row, each plausible.
pub(super) fn judged(said: raw::Advice, rows: usize, reasons: usize) -> Result<Advice, Refusal> {
    for given in [said.targets.len(), said.reasons.len()] {
        if given != rows {
            return Err(Refusal::WrongLength { expected: rows, given });
        }
    }
    for column in [&said.replicas, &said.cpu_millicores, &said.memory_bytes, &said.buffer_requests]
    {
        if !column.is_empty() && column.len() != rows {
            return Err(Refusal::WrongLength { expected: rows, given: column.len() });
        }
    }
    let answers = (0..rows)
        .map(|row| {
            let targets = said.targets[row];
            if targets & !(REPLICAS | CPU | MEMORY | BUFFER) != 0 {
                return Err(Refusal::UnknownTargets { targets });
            }
            // A target that is announced and then left out is no number.
            let target = |bit, column: &[f64]| {
                (targets & bit != 0).then(|| column.get(row).copied().unwrap_or(f64::NAN))
            };
            let raw = RawRecommendation {
                replicas: target(REPLICAS, &said.replicas),
                cpu_millicores: target(CPU, &said.cpu_millicores),
                memory_bytes: target(MEMORY, &said.memory_bytes),
                buffer_requests: target(BUFFER, &said.buffer_requests),
                reason: u32::from(said.reasons[row]),
            };
            judge(&raw, reasons)
        })
        .collect();
    let explanations = said
        .explanations
        .into_iter()
        .filter(|said| (said.row as usize) < rows && said.json.len() <= EXPLANATION_BYTES)
        .map(|said| Explanation { row: said.row, json: said.json })
        .collect();
    Ok(Advice { answers, explanations })
}

//! Experience: one row, before, action, after and its scores.

use scaling::{Ending, TenantId, WorkloadId};
use thiserror::Error;

use crate::bits;
use crate::provenance::ProvenanceId;
use crate::schema::{Layout, Schema};

/// One step of one agent, as it is appended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Experience<'a> {
    /// The workload, or the first of the group that was decided together.
    pub workload: WorkloadId,
    /// Its owner.
    pub tenant: TenantId,
    /// Who acted, who scored, where.
    pub provenance: ProvenanceId,
    /// The episode's number, unique for the workload within the replay.
    pub episode: u64,
    /// The policy's turn within the episode. Consecutive turns have consecutive numbers; a number that
    /// is missing is a gap, and no return reaches across it.
    pub turn: u32,
    /// `[inputs]`, finite.
    pub before: &'a [f32],
    /// The option applied, one for each head.
    pub choices: &'a [u16],
    /// Probability in 0..=1 of the choice under who acted; NaN if it is not known.
    pub probability: f32,
    /// Finite, one for each of the schema's reward functions.
    pub scores: &'a [f32],
    /// `[inputs]`, finite.
    pub after: &'a [f32],
    /// `[options]` of all heads: what the guard rails allow next.
    pub allowed_after: &'a [bool],
    /// How the episode goes on.
    pub ending: Ending,
}

/// A row that was not appended, because it does not fit the schema or would poison what learns from it.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum ExperienceError {
    /// A list of another length.
    #[error("experience of {workload} with {found} {part}: the schema has {expected}")]
    Length {
        /// Whose.
        workload: WorkloadId,
        /// Which list.
        part: &'static str,
        /// Its length.
        found: usize,
        /// The schema's.
        expected: usize,
    },
    /// NaN or infinite.
    #[error("experience of {workload} at turn {turn} with {value} as {part}: it must be finite")]
    NotFinite {
        /// Whose.
        workload: WorkloadId,
        /// When.
        turn: u32,
        /// Which feature or score.
        part: String,
        /// The number.
        value: f32,
    },
    /// An option that its head does not have.
    #[error(
        "experience of {workload} with choice {choice} of head {head}: it has {options} options"
    )]
    Choice {
        /// Whose.
        workload: WorkloadId,
        /// Which head.
        head: usize,
        /// The choice.
        choice: u16,
        /// How many there are.
        options: u32,
    },
    /// Not a probability.
    #[error("experience of {workload} with a probability of {value}: 0 to 1, or NaN if unknown")]
    Probability {
        /// Whose.
        workload: WorkloadId,
        /// The number.
        value: f32,
    },
    /// A provenance that was never interned here.
    #[error("experience of {workload} from provenance {}, which this replay does not know", id.0)]
    Provenance {
        /// Whose.
        workload: WorkloadId,
        /// The number.
        id: ProvenanceId,
    },
}

impl Experience<'_> {
    /// Says what is wrong with it under a schema.
    pub(crate) fn check(&self, schema: &Schema) -> Result<(), ExperienceError> {
        let Self { workload, turn, .. } = *self;
        let lengths = [
            ("features before", self.before.len(), schema.features.len()),
            ("features after", self.after.len(), schema.features.len()),
            ("choices", self.choices.len(), schema.heads.len()),
            ("scores", self.scores.len(), schema.scores.len()),
            ("allowed options", self.allowed_after.len(), schema.options()),
        ];
        for (part, found, expected) in lengths {
            if found != expected {
                return Err(ExperienceError::Length { workload, part, found, expected });
            }
        }
        for (part, values) in
            [("before", self.before), ("after", self.after), ("scores", self.scores)]
        {
            if let Some(at) = first_not_finite(values) {
                let part = match part {
                    "scores" => format!("score `{}`", schema.scores[at]),
                    _ => format!("feature `{}` {part}", schema.features[at]),
                };
                return Err(ExperienceError::NotFinite { workload, turn, part, value: values[at] });
            }
        }
        for (head, (&choice, &options)) in self.choices.iter().zip(&schema.heads).enumerate() {
            if u32::from(choice) >= options {
                return Err(ExperienceError::Choice { workload, head, choice, options });
            }
        }
        let value = self.probability;
        if !value.is_nan() && !(0.0..=1.0).contains(&value) {
            return Err(ExperienceError::Probability { workload, value });
        }
        Ok(())
    }

    /// Packs what a sample needs into a block of words.
    pub(crate) fn pack(&self, layout: &Layout, words: &mut [u32]) {
        let (before, rest) = words.split_at_mut(layout.inputs);
        let (after, rest) = rest.split_at_mut(layout.inputs);
        let (scores, rest) = rest.split_at_mut(layout.scores);
        let (probability, rest) = rest.split_at_mut(1);
        let (allowed, halves) = rest.split_at_mut(bits::words(layout.options));
        copy(self.before, before);
        copy(self.after, after);
        copy(self.scores, scores);
        copy(&[self.probability], probability);
        bits::pack(self.allowed_after, allowed);
        halves.fill(0);
        for (at, &choice) in self.choices.iter().chain([&ending_code(self.ending)]).enumerate() {
            halves[at / 2] |= u32::from(choice) << (at % 2 * 16);
        }
    }
}

/// A loop without an early way out is compiled to vector code; the position is looked for only when
/// there is one.
fn first_not_finite(values: &[f32]) -> Option<usize> {
    let all = values.iter().fold(true, |all, value| all & value.is_finite());
    if all { None } else { values.iter().position(|value| !value.is_finite()) }
}

fn copy(values: &[f32], words: &mut [u32]) {
    for (word, value) in words.iter_mut().zip(values) {
        *word = value.to_bits();
    }
}

fn ending_code(ending: Ending) -> u16 {
    match ending {
        Ending::Running => 0,
        Ending::Terminated => 1,
        Ending::Truncated => 2,
    }
}

/// Some unknown code is refused where rows come from a disk.
pub(crate) fn ending_of(code: u16) -> Option<Ending> {
    match code {
        0 => Some(Ending::Running),
        1 => Some(Ending::Terminated),
        2 => Some(Ending::Truncated),
        _ => None,
    }
}

/// A row as it is kept: what it belongs to, and its block of words.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row<'a> {
    /// The number that it was given when it was appended.
    pub sequence: u64,
    /// The workload.
    pub workload: WorkloadId,
    /// Its owner.
    pub tenant: TenantId,
    /// Where it comes from.
    pub provenance: ProvenanceId,
    /// The episode's number.
    pub episode: u64,
    /// The policy's turn within the episode.
    pub turn: u32,
    pub(crate) layout: Layout,
    pub(crate) words: &'a [u32],
}

impl<'a> Row<'a> {
    /// `[inputs]`
    pub fn before(&self) -> impl Iterator<Item = f32> + 'a {
        self.words[..self.layout.inputs].iter().map(|&word| f32::from_bits(word))
    }

    /// `[inputs]`
    pub fn after(&self) -> impl Iterator<Item = f32> + 'a {
        let inputs = self.layout.inputs;
        self.words[inputs..2 * inputs].iter().map(|&word| f32::from_bits(word))
    }

    /// The option applied by a head.
    pub fn choice(&self, head: usize) -> u16 {
        half(self.words, &self.layout, head)
    }

    /// One score.
    pub fn score(&self, score: usize) -> f32 {
        f32::from_bits(self.words[self.layout.score(score)])
    }

    /// Probability of the choice; NaN if it is not known.
    pub fn probability(&self) -> f32 {
        f32::from_bits(self.words[self.layout.probability()])
    }

    /// Whether an option of any head was allowed next.
    pub fn allowed_after(&self, option: usize) -> bool {
        self.words[self.layout.allowed() + option / 32] >> (option % 32) & 1 == 1
    }

    /// How the episode went on.
    pub fn ending(&self) -> Ending {
        ending_at(self.words, &self.layout)
    }
}

/// A half word: a head's choice, or the ending past the last head.
#[inline]
pub(crate) fn half(words: &[u32], layout: &Layout, at: usize) -> u16 {
    (words[layout.halves() + at / 2] >> (at % 2 * 16)) as u16
}

/// The ending of a packed row. Codes from a disk are checked as they are read.
#[inline]
pub(crate) fn ending_at(words: &[u32], layout: &Layout) -> Ending {
    ending_of(half(words, layout, layout.heads)).unwrap_or(Ending::Truncated)
}

#[cfg(test)]
mod tests;

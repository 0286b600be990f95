//! Schema: what a row of experience consists of. Every row of a replay has the same.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::bits;

/// The most options that all heads may have together, so that a row stays small.
const OPTIONS_LIMIT: usize = 4096;

/// What the numbers of a row are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schema {
    /// The names of the features that the agent sees, units in the names; at least one.
    pub features: Vec<String>,
    /// How the features are made from observations: a version or a digest of whatever computes them.
    pub features_version: String,
    /// The number of options of each head, ≥ 1: `[27]` for SCARLET's joint actions of three functions,
    /// `[3, 3, 3]` for a head a function, `[3]` for one workload.
    pub heads: Vec<u32>,
    /// The reward functions whose scores are stored with every row; at least one.
    pub scores: Vec<String>,
}

/// A schema that cannot be, or that is not the one at hand.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SchemaError {
    /// A list that must not be empty.
    #[error("schema without {field}: name at least one")]
    Empty {
        /// Which list.
        field: &'static str,
    },
    /// A name that stands twice.
    #[error("schema with two {field} named `{name}`: rename one")]
    Twice {
        /// Which list.
        field: &'static str,
        /// The name.
        name: String,
    },
    /// A head without options, or with too many for a row.
    #[error(
        "schema with heads of {heads:?} options: each needs 1 to 65536, and at most {OPTIONS_LIMIT} \
         together"
    )]
    Heads {
        /// The heads.
        heads: Vec<u32>,
    },
    /// The experience is of another kind.
    #[error(
        "experience of another schema: its {field} is {found}, here it is {expected}; use another \
         folder, or the features, heads and rewards that it was made with"
    )]
    Other {
        /// The field that differs, with its position in a list.
        field: String,
        /// What is asked for.
        expected: String,
        /// What was found.
        found: String,
    },
}

impl Schema {
    /// Says what is wrong with it.
    pub fn check(&self) -> Result<(), SchemaError> {
        distinct("features", &self.features)?;
        distinct("scores", &self.scores)?;
        let options: u64 = self.heads.iter().map(|&head| u64::from(head)).sum();
        let each = self.heads.iter().all(|&head| (1..=65_536).contains(&head));
        if self.heads.is_empty() || !each || options > OPTIONS_LIMIT as u64 {
            return Err(SchemaError::Heads { heads: self.heads.clone() });
        }
        Ok(())
    }

    /// Refuses another schema and names the first field in which it differs.
    pub fn agree(&self, found: &Self) -> Result<(), SchemaError> {
        list("features", &self.features, &found.features)?;
        if self.features_version != found.features_version {
            return Err(SchemaError::Other {
                field: "features_version".to_owned(),
                expected: format!("`{}`", self.features_version),
                found: format!("`{}`", found.features_version),
            });
        }
        list("heads", &self.heads, &found.heads)?;
        list("scores", &self.scores, &found.scores)
    }

    /// Features of a row.
    pub fn inputs(&self) -> usize {
        self.features.len()
    }

    /// Options of all heads together.
    pub fn options(&self) -> usize {
        self.heads.iter().map(|&head| head as usize).sum()
    }

    /// The score of that name.
    pub fn score(&self, name: &str) -> Option<usize> {
        self.scores.iter().position(|score| score == name)
    }
}

fn distinct(field: &'static str, names: &[String]) -> Result<(), SchemaError> {
    if names.is_empty() {
        return Err(SchemaError::Empty { field });
    }
    match names.iter().enumerate().find(|(at, name)| names[..*at].contains(name)) {
        Some((_, name)) => Err(SchemaError::Twice { field, name: name.clone() }),
        None => Ok(()),
    }
}

fn list<T: PartialEq + std::fmt::Debug>(
    field: &str,
    expected: &[T],
    found: &[T],
) -> Result<(), SchemaError> {
    let other = |field: String, expected: String, found: String| {
        Err(SchemaError::Other { field, expected, found })
    };
    if expected.len() != found.len() {
        let (expected, found) = (expected.len().to_string(), found.len().to_string());
        return other(format!("number of {field}"), expected, found);
    }
    match expected.iter().zip(found).position(|(expected, found)| expected != found) {
        Some(at) => other(
            format!("{field}[{at}]"),
            format!("{:?}", expected[at]),
            format!("{:?}", found[at]),
        ),
        None => Ok(()),
    }
}

/// Where the parts of a row lie in a block of 32-bit words: features before, features after, scores,
/// probability, allowed options, and in half words the choices and the ending. What a sample needs
/// lies together, because a row taken at random costs a cache miss a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Layout {
    pub(crate) inputs: usize,
    pub(crate) heads: usize,
    pub(crate) options: usize,
    pub(crate) scores: usize,
    /// Words of a row.
    pub(crate) words: usize,
}

impl Layout {
    pub(crate) fn new(schema: &Schema) -> Self {
        let (inputs, heads) = (schema.inputs(), schema.heads.len());
        let (options, scores) = (schema.options(), schema.scores.len());
        let halves = (heads + 1).div_ceil(2);
        let words = 2 * inputs + scores + 1 + bits::words(options) + halves;
        Self { inputs, heads, options, scores, words }
    }

    pub(crate) fn score(&self, score: usize) -> usize {
        2 * self.inputs + score
    }

    pub(crate) fn probability(&self) -> usize {
        2 * self.inputs + self.scores
    }

    pub(crate) fn allowed(&self) -> usize {
        self.probability() + 1
    }

    /// The first word of the half words: a choice for each head, then the ending.
    pub(crate) fn halves(&self) -> usize {
        self.allowed() + bits::words(self.options)
    }
}

#[cfg(test)]
mod tests;

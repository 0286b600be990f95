//! Errors: why an agent cannot learn. None of them leaves it half changed.

use thiserror::Error;

use crate::{Lessons, RowId, Shape, Turn};

/// Why an agent cannot learn, or cannot be what it is asked to be.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum LearnError {
    /// A setting that cannot be.
    #[error("`{field}` is {found}, but must be {wanted}")]
    Setting {
        /// Its name.
        field: &'static str,
        /// What it is.
        found: String,
        /// What it may be.
        wanted: &'static str,
    },
    /// A score that is not finite. Nothing was learned from the turn.
    #[error(
        "the score `{score}` of world {}, row {} is {value}: mend the reward that gives it, learning \
         needs finite numbers",
        id.world, id.row
    )]
    Score {
        /// Whose.
        id: RowId,
        /// Its name.
        score: String,
        /// What it is.
        value: f64,
    },
    /// An input that is not finite. Nothing was learned from the turn.
    #[error(
        "input {input} of world {}, row {} is {value}: give its feature a value for what is missing, \
         learning needs finite numbers",
        id.world, id.row
    )]
    Input {
        /// Whose.
        id: RowId,
        /// Its position among the inputs.
        input: usize,
        /// What it is.
        value: f32,
    },
    /// An update whose numbers are not finite. The weights are those of before.
    #[error(
        "the {component} of update {update} is {value}: the weights are kept as they were; lower the \
         learning rate, clip the gradient or scale the rewards"
    )]
    Diverged {
        /// Which number: `value loss`, `policy loss`, `gradient` …
        component: &'static str,
        /// Updates before it.
        update: u64,
        /// What it is.
        value: f64,
    },
    /// A list of another length than the agent's shape has.
    #[error(
        "{list} hold {found} numbers instead of {wanted}: they are of another world or network"
    )]
    Length {
        /// What the list holds.
        list: &'static str,
        /// Its length.
        found: usize,
        /// What it should be.
        wanted: usize,
    },
    /// A lesson of a row that the turn does not have, or out of order.
    #[error(
        "a lesson is of row {found} in a turn of {rows} rows: rows ascend and each has one lesson"
    )]
    Row {
        /// The row.
        found: usize,
        /// Rows of the turn.
        rows: usize,
    },
    /// A choice that its head does not have.
    #[error(
        "option {choice} of head {head} was applied to world {}, row {}, but the head has {options}",
        id.world, id.row
    )]
    Choice {
        /// Whose.
        id: RowId,
        /// The head.
        head: usize,
        /// The choice.
        choice: u16,
        /// Options of the head.
        options: usize,
    },
    /// A head of which nothing may be chosen.
    #[error(
        "no option of head {head} is allowed to world {}, row {}: one must always be, such as to \
         change nothing",
        id.world, id.row
    )]
    NothingAllowed {
        /// Whose.
        id: RowId,
        /// The head.
        head: usize,
    },
    /// A state of another algorithm.
    #[error(
        "the state is one of {found}, not of {wanted}: restore it into an agent of its own kind"
    )]
    Algorithm {
        /// What it is of.
        found: &'static str,
        /// What was wanted.
        wanted: &'static str,
    },
    /// A state that goes with another position of the memory.
    #[error(
        "the state goes with {wanted} remembered experiences, but the memory has had {found}: bring the \
         memory back to that position first"
    )]
    Position {
        /// What the memory has had.
        found: u64,
        /// What the state wants.
        wanted: u64,
    },
}

impl LearnError {
    /// Checks that lessons and their turn are of this shape and can be learned from.
    pub(crate) fn check(shape: &Shape, turn: &Turn, lessons: &Lessons) -> Result<(), Self> {
        let (rows, count) = (turn.rows(), lessons.len());
        let (inputs, options) = (shape.inputs, shape.options());
        let lengths = [
            ("the inputs of a turn", turn.inputs.len(), rows * inputs),
            ("the masks of a turn", turn.allowed.len(), rows * options),
            ("the choices of lessons", lessons.choices.len(), count * shape.heads.len()),
            ("the scores of lessons", lessons.scores.len(), count * shape.scores.len()),
            ("the inputs of lessons", lessons.after.len(), count * inputs),
            ("the masks of lessons", lessons.allowed_after.len(), count * options),
            ("the endings of lessons", lessons.endings.len(), count),
        ];
        for (list, found, wanted) in lengths {
            if found != wanted {
                return Err(Self::Length { list, found, wanted });
            }
        }
        let mut next = 0;
        for (lesson, &row) in lessons.rows.iter().enumerate() {
            if row < next || row >= rows {
                return Err(Self::Row { found: row, rows });
            }
            next = row + 1;
            let id = turn.ids[row];
            Self::check_inputs(id, &turn.inputs[row * inputs..][..inputs])?;
            Self::check_inputs(id, &lessons.after[lesson * inputs..][..inputs])?;
            Self::check_scores(id, &shape.scores, &lessons.scores[lesson * shape.scores.len()..])?;
            Self::check_choices(id, shape, &lessons.choices[lesson * shape.heads.len()..])?;
            if lessons.endings[lesson] != scaling::Ending::Terminated {
                Self::check_allowed(id, shape, &lessons.allowed_after[lesson * options..])?;
            }
        }
        Ok(())
    }

    fn check_inputs(id: RowId, inputs: &[f32]) -> Result<(), Self> {
        match inputs.iter().position(|value| !value.is_finite()) {
            Some(input) => Err(Self::Input { id, input, value: inputs[input] }),
            None => Ok(()),
        }
    }

    fn check_scores(id: RowId, names: &[String], scores: &[f64]) -> Result<(), Self> {
        match names.iter().zip(scores).find(|(_, value)| !value.is_finite()) {
            Some((name, &value)) => Err(Self::Score { id, score: name.clone(), value }),
            None => Ok(()),
        }
    }

    fn check_choices(id: RowId, shape: &Shape, choices: &[u16]) -> Result<(), Self> {
        for (head, (&options, &choice)) in shape.heads.iter().zip(choices).enumerate() {
            if usize::from(choice) >= options {
                return Err(Self::Choice { id, head, choice, options });
            }
        }
        Ok(())
    }

    fn check_allowed(id: RowId, shape: &Shape, mut allowed: &[bool]) -> Result<(), Self> {
        for (head, &options) in shape.heads.iter().enumerate() {
            let (own, rest) = allowed.split_at(options);
            if !own.contains(&true) {
                return Err(Self::NothingAllowed { id, head });
            }
            allowed = rest;
        }
        Ok(())
    }
}

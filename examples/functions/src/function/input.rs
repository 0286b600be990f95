//! Input: what callers write, and what is wrong with it.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

use thiserror::Error;

/// How much of a stranger's words a message repeats, in characters.
const REPEATED: usize = 40;

/// Why an input is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InputError {
    /// It has not the form.
    #[error("cannot read `{input}`; give {expected}")]
    Form {
        /// The beginning of it, with what cannot be printed escaped.
        input: String,
        /// What the function reads.
        expected: &'static str,
    },
    /// A number in it is too small or too large.
    #[error("{field} {value} is outside {lowest} to {highest}")]
    Range {
        /// What the number is.
        field: &'static str,
        /// The number.
        value: String,
        /// The smallest that is allowed.
        lowest: String,
        /// The largest that is allowed.
        highest: String,
    },
}

impl InputError {
    /// The input has not the form that the function reads.
    pub(super) fn form(input: &str, expected: &'static str) -> Self {
        let input = input.chars().take(REPEATED).flat_map(char::escape_debug).collect();
        Self::Form { input, expected }
    }
}

/// The number in `text`, within its bounds.
pub(super) fn number<T: FromStr + PartialOrd + Display>(
    field: &'static str,
    text: &str,
    bounds: RangeInclusive<T>,
    expected: &'static str,
) -> Result<T, InputError> {
    let value: T = text.trim().parse().map_err(|_| InputError::form(text, expected))?;
    if bounds.contains(&value) {
        return Ok(value);
    }
    Err(InputError::Range {
        field,
        value: value.to_string(),
        lowest: bounds.start().to_string(),
        highest: bounds.end().to_string(),
    })
}

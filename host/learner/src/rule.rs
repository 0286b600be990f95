//! Rule: what a setting must be.

use std::fmt::Debug;

use crate::LearnError;

/// A setting, and whether it is what it must be.
pub(crate) struct Rule {
    field: &'static str,
    holds: bool,
    found: String,
    wanted: &'static str,
}

/// A rule for the field of that name in a file.
pub(crate) fn rule(
    field: &'static str,
    holds: bool,
    found: impl Debug,
    wanted: &'static str,
) -> Rule {
    Rule { field, holds, found: format!("{found:?}"), wanted }
}

/// Says which setting breaks its rule first.
pub(crate) fn check(rules: impl IntoIterator<Item = Rule>) -> Result<(), LearnError> {
    match rules.into_iter().find(|rule| !rule.holds) {
        Some(Rule { field, found, wanted, .. }) => {
            Err(LearnError::Setting { field, found, wanted })
        }
        None => Ok(()),
    }
}

/// Whether a number is above 0.
pub(crate) fn positive(value: f64) -> bool {
    value > 0.0 && value.is_finite()
}

/// Whether a number is 0 or more.
pub(crate) fn natural(value: f64) -> bool {
    value >= 0.0 && value.is_finite()
}

/// Whether a number is from 0 to 1.
pub(crate) fn share(value: f64) -> bool {
    (0.0..=1.0).contains(&value)
}

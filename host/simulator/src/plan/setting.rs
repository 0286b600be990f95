//! Setting: one number of a spec, and whether it makes sense.

use super::PlanError;

/// Time is kept in nanoseconds and added up in floats in places, which hold 2⁵³ of them (104 days).
const LONGEST: f64 = (1_u64 << 53) as f64;

/// A field's path.
pub(super) fn field(place: &str, name: &str) -> String {
    if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") }
}

/// A finite number above zero.
pub(super) fn positive(field: impl Into<String>, value: f64) -> Result<f64, PlanError> {
    within(field, value, value > 0.0, "a finite number above 0")
}

/// A finite number not below zero.
pub(super) fn not_negative(field: impl Into<String>, value: f64) -> Result<f64, PlanError> {
    within(field, value, value >= 0.0, "a finite number of at least 0")
}

/// A finite number that meets a condition.
pub(super) fn within(
    field: impl Into<String>,
    value: f64,
    meets: bool,
    expected: &'static str,
) -> Result<f64, PlanError> {
    if meets && value.is_finite() {
        Ok(value)
    } else {
        Err(PlanError::OutOfBounds { field: field.into(), value, expected })
    }
}

/// A time that is not negative, in nanoseconds.
pub(super) fn nanoseconds(field: impl Into<String>, seconds: f64) -> Result<u64, PlanError> {
    let field = field.into();
    let seconds = not_negative(field.clone(), seconds)?;
    let nanoseconds = seconds * 1e9;
    within(field, seconds, nanoseconds < LONGEST, "less than 2^53 nanoseconds (104 days)")?;
    Ok(nanoseconds.round() as u64)
}

/// Whole bytes; 2^62 are as good as boundless.
pub(super) fn mebibytes(mebibytes: f64) -> u64 {
    ((mebibytes * f64::from(1 << 20)) as u64).min(1 << 62)
}

//! A choice: the best option of a head.

/// The allowed option of the largest value, and the first of equals. An option of value NaN is never
/// chosen; without an option to choose there is none.
pub fn best(values: &[f32], allowed: impl Fn(usize) -> bool) -> Option<usize> {
    let mut best: Option<(usize, f32)> = None;
    for (option, &value) in values.iter().enumerate() {
        let better = best.is_none_or(|(_, most)| value > most);
        if better && !value.is_nan() && allowed(option) {
            best = Some((option, value));
        }
    }
    best.map(|(option, _)| option)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_allowed_value_is_best_and_the_first_of_equals() {
        let nan = f32::NAN;
        for (values, allowed, option) in [
            ([1.0, 3.0, 2.0], [true, true, true], Some(1)),
            ([1.0, 3.0, 2.0], [true, false, true], Some(2)),
            ([2.0, 2.0, 2.0], [false, true, true], Some(1)),
            ([nan, -1.0, nan], [true, true, true], Some(1)),
            ([nan, nan, nan], [true, true, true], None),
            ([1.0, 3.0, 2.0], [false, false, false], None),
        ] {
            assert_eq!(best(&values, |option| allowed[option]), option, "{values:?} {allowed:?}");
        }
    }
}

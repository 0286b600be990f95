//! Mask: choosing among what is allowed.

/// The allowed option of the highest value, the first one of equals. Where nothing is allowed, which no
/// world should ask, it is the first option.
pub(crate) fn best(values: &[f32], allowed: &[bool]) -> usize {
    let mut best: Option<usize> = None;
    for (option, (value, &allowed)) in values.iter().zip(allowed).enumerate() {
        if allowed && best.is_none_or(|best| *value > values[best]) {
            best = Some(option);
        }
    }
    best.unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_is_allowed_and_the_first_of_equals() {
        for (values, allowed, wanted) in [
            ([1.0, 3.0, 2.0], [true, true, true], 1),
            ([1.0, 3.0, 2.0], [true, false, true], 2),
            ([2.0, 2.0, 2.0], [false, true, true], 1),
            ([f32::NEG_INFINITY, 1.0, 0.0], [true, false, false], 0),
            ([1.0, 3.0, 2.0], [false, false, false], 0),
        ] {
            assert_eq!(best(&values, &allowed), wanted, "{values:?} {allowed:?}");
        }
    }
}

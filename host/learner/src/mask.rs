//! Mask: choosing among what is allowed.

use crate::Chance;

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

/// An allowed option, each as likely as the others. Where nothing is allowed it is the first option.
pub(crate) fn draw(allowed: &[bool], chance: &mut Chance) -> usize {
    let count = allowed.iter().filter(|&&allowed| allowed).count();
    if count == 0 {
        return 0;
    }
    let wanted = chance.below(count as u64) as usize;
    let mut places = allowed.iter().enumerate().filter(|(_, allowed)| **allowed);
    places.nth(wanted).map_or(0, |(option, _)| option)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Purpose;

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

    #[test]
    fn draws_are_even_over_what_is_allowed() {
        let mut chance = Chance::new(1, Purpose::Exploration);
        let mut counts = [0_u32; 4];
        for _ in 0..30_000 {
            counts[draw(&[true, false, true, true], &mut chance)] += 1;
        }
        assert_eq!(counts[1], 0);
        assert!([0, 2, 3].iter().all(|&place| counts[place].abs_diff(10_000) < 400), "{counts:?}");
    }
}

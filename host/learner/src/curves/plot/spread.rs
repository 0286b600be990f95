//! Spread: what several runs have in common at each moment, and how far they lie apart.

/// At so many moments.
const MOMENTS: usize = 240;

/// Several runs as one.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Spread {
    /// The interquartile mean at each moment: the mean of the middle half, as in Agarwal et al. 2021.
    pub(super) middle: Vec<(f64, f64)>,
    /// Between which values: the quartiles, or of fewer than four runs the least and the largest.
    pub(super) band: Vec<(f64, f64, f64)>,
}

/// The spread of runs, each in the order of x, over the stretch that all of them cover.
pub(super) fn spread(runs: &[Vec<(f64, f64)>]) -> Spread {
    let first = |run: &Vec<(f64, f64)>| run.first().map(|point| point.0);
    let last = |run: &Vec<(f64, f64)>| run.last().map(|point| point.0);
    let begin = runs.iter().filter_map(first).reduce(f64::max);
    let end = runs.iter().filter_map(last).reduce(f64::min);
    let (Some(begin), Some(end)) = (begin, end) else { return Spread::default() };
    if begin >= end {
        return Spread::default();
    }
    let mut spread = Spread::default();
    for moment in 0..=MOMENTS {
        let x = begin + (end - begin) * moment as f64 / MOMENTS as f64;
        let mut values: Vec<f64> = runs.iter().filter_map(|run| at(run, x)).collect();
        values.sort_by(f64::total_cmp);
        let (low, high) = quartiles(&values);
        spread.middle.push((x, interquartile_mean(&values)));
        spread.band.push((x, low, high));
    }
    spread
}

/// A run's value at x, on the straight line between its neighbours.
fn at(run: &[(f64, f64)], x: f64) -> Option<f64> {
    let after = run.partition_point(|point| point.0 < x).min(run.len().checked_sub(1)?);
    let (right, left) = (run[after], run[after.saturating_sub(1)]);
    let width = right.0 - left.0;
    let share = if width > 0.0 { ((x - left.0) / width).clamp(0.0, 1.0) } else { 1.0 };
    Some(left.1 + (right.1 - left.1) * share)
}

/// Of values in their order, without a quarter of them (rounded down) at each end.
fn interquartile_mean(values: &[f64]) -> f64 {
    let cut = values.len() / 4;
    let middle = &values[cut..values.len() - cut];
    middle.iter().sum::<f64>() / middle.len() as f64
}

fn quartiles(values: &[f64]) -> (f64, f64) {
    let last = values.len() as f64 - 1.0;
    let quantile = |share: f64| {
        let place = share * last;
        let (low, high) = (values[place.floor() as usize], values[place.ceil() as usize]);
        low + (high - low) * place.fract()
    };
    if values.len() < 4 { (quantile(0.0), quantile(1.0)) } else { (quantile(0.25), quantile(0.75)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_half_leaves_the_outliers_out() {
        assert_eq!(interquartile_mean(&[-900.0, 1.0, 3.0, 800.0]), 2.0);
        assert_eq!(interquartile_mean(&[1.0, 2.0, 6.0]), 3.0);
        // numpy.quantile([0, 1, 2, 3, 4, 10], [0.25, 0.75])
        assert_eq!(quartiles(&[0.0, 1.0, 2.0, 3.0, 4.0, 10.0]), (1.25, 3.75));
        assert_eq!(quartiles(&[0.0, 5.0, 7.0]), (0.0, 7.0));
    }

    #[test]
    fn runs_are_compared_where_all_of_them_are() {
        let runs = [vec![(0.0, 0.0), (10.0, 10.0)], vec![(2.0, 4.0), (4.0, 4.0), (20.0, 4.0)]];
        let spread = spread(&runs);
        assert_eq!(spread.middle[0], (2.0, 3.0));
        assert_eq!(spread.middle[MOMENTS], (10.0, 7.0));
        assert_eq!(spread.band[MOMENTS], (10.0, 4.0, 10.0));
        assert_eq!(super::spread(&[vec![(1.0, 2.0)]]), Spread::default());
        assert_eq!(super::spread(&[]), Spread::default());
    }
}

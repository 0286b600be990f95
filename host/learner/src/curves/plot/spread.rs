//! Spread: what several runs have in common at each moment, and how far they lie apart.

/// Into so many windows the runs are cut: episodes differ so much that the values of single ones hide
/// where the runs go.
pub(super) const WINDOWS: usize = 80;

/// Several runs as one, a value for each window, at its middle.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Spread {
    /// The interquartile mean: that of the middle half of the runs (Agarwal et al. 2021).
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
    let width = (end - begin) / WINDOWS as f64;
    for window in 0..WINDOWS {
        let left = begin + width * window as f64;
        let x = left + width / 2.0;
        let mut values: Vec<f64> =
            runs.iter().filter_map(|run| within(run, left, left + width).or(at(run, x))).collect();
        values.sort_by(f64::total_cmp);
        let (low, high) = quartiles(&values);
        spread.middle.push((x, interquartile_mean(&values)));
        spread.band.push((x, low, high));
    }
    spread
}

/// The mean of a run from one x to another, if it has points there.
fn within(run: &[(f64, f64)], left: f64, right: f64) -> Option<f64> {
    let from = run.partition_point(|point| point.0 < left);
    let points = &run[from..run.partition_point(|point| point.0 <= right)];
    let share = 1.0 / points.len() as f64;
    (!points.is_empty()).then(|| points.iter().map(|point| point.1 * share).sum())
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
        // Windows of a tenth, from 2 to 10.
        let dense = (0..=2_000).map(|point| (f64::from(point) / 100.0, f64::from(point % 2)));
        let runs = [vec![(0.0, 0.0), (10.0, 10.0)], vec![(2.0, 4.0), (20.0, 4.0)], dense.collect()];
        let spread = spread(&runs);
        assert_eq!(spread.middle.len(), WINDOWS);
        let (x, low, high) = spread.band[40];
        assert!((x - 6.05).abs() < 1e-9 && (high - 6.05).abs() < 1e-9, "{x} {high}");
        assert!((low - 0.5).abs() < 0.05, "the mean of the window, not one of its points: {low}");
        let middle = (low + 4.0 + high) / 3.0;
        assert!((spread.middle[40].1 - middle).abs() < 1e-9, "{:?}", spread.middle[40]);
        assert_eq!(super::spread(&[vec![(1.0, 2.0)]]), Spread::default());
        assert_eq!(super::spread(&[]), Spread::default());
    }
}

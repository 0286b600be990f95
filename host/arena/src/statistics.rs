//! Statistics: what the values of several seeds say together.
//!
//! Values come in strata, one a course, each with one value a seed. The interquartile mean drops the
//! lowest and the highest quarter of all values, as rliable does (Agarwal et al. 2021, "Deep
//! reinforcement learning at the edge of the statistical precipice"); intervals are percentiles of a
//! bootstrap that resamples seeds within each stratum. Everyone is resampled with the same draws, so
//! the same race gives the same intervals and pairs stay pairs.

mod resamples;

pub(crate) use resamples::RESAMPLES;
use resamples::Resamples;

use crate::metric::Better;
use crate::results::{Estimate, Interval};

/// Fewer seeds than this decide nothing. If neither of a pair is better, all of `n` differences have
/// the same sign with probability 2 to the power of `1 − n`, and then a bootstrap's interval leaves
/// zero out, whatever its level: one time in two with two seeds, in eight with four.
pub(crate) const SEEDS_ENOUGH: usize = 5;

/// Level of every interval.
pub(crate) const CONFIDENCE: f64 = 0.95;
/// What an interval leaves out at each end, in thousandths: as a whole number, because the rounded
/// float would move ranks.
const TAIL_PER_MILLE: usize = 25;

/// Values of each stratum, in the order of seeds.
pub(crate) type Strata = Vec<Vec<f64>>;

/// What values say together; none if there are none or their mean cannot be told (infinities of
/// both signs).
pub(crate) fn estimate(strata: &Strata) -> Option<Estimate> {
    let mut pooled: Vec<f64> = strata.concat();
    let mean = pooled.iter().sum::<f64>() / pooled.len() as f64;
    if mean.is_nan() {
        return None;
    }
    let interval = resampled(strata, interquartile_mean);
    Some(Estimate {
        values: pooled.len() as u32,
        iqm: interquartile_mean(&mut pooled),
        interval,
        mean,
        median: median(&pooled),
    })
}

/// The interval of a statistic of the pooled values; none where a stratum has fewer than two.
fn resampled(strata: &Strata, mut statistic: impl FnMut(&mut [f64]) -> f64) -> Option<Interval> {
    let mut drawn = vec![0.0; strata.iter().map(Vec::len).sum()];
    let resamples = Resamples::new(strata.iter().map(Vec::len))?;
    let statistics = resamples.map(|picks| {
        let values = strata.iter().flat_map(|values| std::iter::repeat_n(values, values.len()));
        for ((drawn, &pick), values) in drawn.iter_mut().zip(picks).zip(values) {
            *drawn = values[pick];
        }
        statistic(&mut drawn)
    });
    Some(interval(statistics))
}

/// The middle [`CONFIDENCE`] of a bootstrap distribution, by nearest ranks, so that an infinite
/// statistic needs no arithmetic.
fn interval(mut statistics: Vec<f64>) -> Interval {
    statistics.sort_by(f64::total_cmp);
    let low = (statistics.len() * TAIL_PER_MILLE).div_ceil(1000).max(1) - 1;
    let high = statistics.len() - 1 - low;
    Interval { low: statistics[low], high: statistics[high] }
}

/// The mean of the values without the lowest and the highest quarter, each rounded down to whole
/// values. It sorts them.
pub(crate) fn interquartile_mean(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    let cut = values.len() / 4;
    let kept = &values[cut..values.len() - cut];
    kept.iter().sum::<f64>() / kept.len() as f64
}

fn median(sorted: &[f64]) -> f64 {
    let middle = sorted.len() / 2;
    if sorted.len() % 2 == 1 { sorted[middle] } else { (sorted[middle - 1] + sorted[middle]) / 2.0 }
}

/// How likely a value of `ours` is better than one of `theirs`, over all pairs of seeds in a
/// stratum, a tie counting half; the mean over strata (Agarwal et al. 2021, section 4.3). The
/// interval resamples seeds, the same ones on both sides, because the same seed is the same world.
/// Both have the same seeds in each stratum, and at least one.
pub(crate) fn improvement(
    ours: &Strata,
    theirs: &Strata,
    better: Better,
) -> (f64, Option<Interval>) {
    // Half wins of every pair of seeds, so that resampling only has to add.
    let scores: Vec<Vec<Vec<f64>>> =
        ours.iter().zip(theirs).map(|(ours, theirs)| half_wins(ours, theirs, better)).collect();
    let probability = |picks: &[usize]| {
        let mut from = 0;
        let sum: f64 = scores
            .iter()
            .map(|scores| {
                let picks = &picks[from..from + scores.len()];
                from += scores.len();
                let row = |&our: &usize| picks.iter().map(|&their| scores[our][their]).sum::<f64>();
                picks.iter().map(row).sum::<f64>() / (picks.len() * picks.len()) as f64
            })
            .sum();
        sum / scores.len() as f64
    };
    let identity: Vec<usize> = ours.iter().flat_map(|values| 0..values.len()).collect();
    let resamples = Resamples::new(ours.iter().map(Vec::len));
    (probability(&identity), resamples.map(|resamples| interval(resamples.map(probability))))
}

fn half_wins(ours: &[f64], theirs: &[f64], better: Better) -> Vec<Vec<f64>> {
    let score = |our: f64, their: f64| {
        if our == their { 0.5 } else { f64::from(u8::from(is_better(our, their, better))) }
    };
    ours.iter().map(|&our| theirs.iter().map(|&their| score(our, their)).collect()).collect()
}

/// Whether one value is better than another.
pub(crate) fn is_better(one: f64, other: f64, better: Better) -> bool {
    match better {
        Better::Lower => one < other,
        Better::Higher => one > other,
    }
}

#[cfg(test)]
mod tests;

use rand::{Rng, SeedableRng};
use rand_pcg::Pcg64Dxsm;

use super::*;

#[track_caller]
fn check_mean(values: &[f64], expected: f64) {
    assert_eq!(interquartile_mean(&mut values.to_vec()), expected, "{values:?}");
}

#[test]
fn the_interquartile_mean_drops_a_quarter_at_each_end() {
    check_mean(&[7.0], 7.0);
    check_mean(&[1.0, 3.0], 2.0);
    check_mean(&[6.0, 1.0, 2.0], 3.0);
    check_mean(&[100.0, 2.0, 4.0, -50.0], 3.0);
    // A quarter of five is one whole value, as scipy's trim_mean counts.
    check_mean(&[100.0, 2.0, 4.0, 3.0, -50.0], 3.0);
    check_mean(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 800.0], 4.5);
    check_mean(&[f64::INFINITY, 2.0, 4.0, 3.0, -50.0], 3.0);
}

#[test]
fn an_estimate_pools_the_strata() {
    let estimate = estimate(&vec![vec![1.0, 9.0], vec![2.0, 4.0, 14.0]]).unwrap();
    assert_eq!((estimate.values, estimate.mean, estimate.median), (5, 6.0, 4.0));
    assert_eq!(estimate.iqm, 5.0);
    let interval = estimate.interval.unwrap();
    assert!(interval.low < 5.0 && 5.0 < interval.high);
}

#[test]
fn what_cannot_be_told_is_absent() {
    assert_eq!(estimate(&Vec::new()), None);
    assert_eq!(estimate(&vec![vec![f64::INFINITY, f64::NEG_INFINITY]]), None);
    assert_eq!(estimate(&vec![vec![3.0]]).unwrap().interval, None);
    assert_eq!(estimate(&vec![vec![3.0, 4.0], vec![5.0]]).unwrap().interval, None);
}

#[test]
fn an_infinite_value_makes_no_nonsense() {
    let estimate = estimate(&vec![vec![1.0, 2.0, 3.0, 4.0, f64::INFINITY]]).unwrap();
    assert_eq!((estimate.iqm, estimate.mean), (3.0, f64::INFINITY));
    let interval = estimate.interval.unwrap();
    assert!(interval.low.is_finite());
    assert_eq!(interval.high, f64::INFINITY);
}

#[test]
fn resampling_stays_within_strata() {
    // Every resample holds two of each stratum, so the mean of the middle two never moves. Were the
    // four values drawn from one urn, it would.
    let interval = estimate(&vec![vec![0.0, 0.0], vec![10.0, 10.0]]).unwrap().interval.unwrap();
    assert_eq!((interval.low, interval.high), (5.0, 5.0));
}

#[test]
fn draws_are_uniform_and_with_replacement() {
    let resamples = Resamples::new([2]).unwrap();
    let sums = resamples.map(|picks| picks.iter().sum::<usize>() as f64);
    assert_eq!(sums.len(), RESAMPLES as usize);
    for (sum, share) in [(0.0, 0.25), (1.0, 0.5), (2.0, 0.25)] {
        let seen = sums.iter().filter(|seen| **seen == sum).count() as f64 / sums.len() as f64;
        assert!((seen - share).abs() < 0.02, "{seen} of the draws sum to {sum}");
    }
}

#[test]
fn an_interval_is_the_middle_of_the_distribution_by_ranks() {
    let interval = interval((1..=1000).rev().map(f64::from).collect());
    // 25 of 1000 lie at or below the lower end, and as many at or above the upper one.
    assert_eq!((interval.low, interval.high), (25.0, 976.0));
}

/// Roughly normal with mean 0 and deviation 1: twelve uniform numbers less six.
fn normal(generator: &mut Pcg64Dxsm) -> f64 {
    let uniform = |bits: u64| (bits >> 11) as f64 / (1_u64 << 53) as f64;
    (0..12).map(|_| uniform(generator.next_u64())).sum::<f64>() - 6.0
}

#[test]
fn an_interval_covers_the_truth_about_as_often_as_it_says() {
    let mut generator = Pcg64Dxsm::from_seed([7; 32]);
    let trials = 300;
    let covered = (0..trials)
        .filter(|_| {
            let values = (0..20).map(|_| normal(&mut generator)).collect();
            let interval = estimate(&vec![values]).unwrap().interval.unwrap();
            interval.low <= 0.0 && 0.0 <= interval.high
        })
        .count();
    let share = f64::from(covered as u32) / f64::from(trials);
    // A percentile bootstrap of twenty values is known to fall a few points short.
    assert!((0.88..=0.98).contains(&share), "{share}");
}

#[test]
fn pairs_in_one_world_are_told_apart_where_worlds_hide_it() {
    let mut generator = Pcg64Dxsm::from_seed([8; 32]);
    let worlds: Vec<f64> = (0..10).map(|_| 20.0 * normal(&mut generator)).collect();
    let ours: Vec<f64> =
        worlds.iter().map(|world| world + 1.0 + normal(&mut generator) / 5.0).collect();
    let apart: Vec<f64> = ours.iter().zip(&worlds).map(|(ours, world)| ours - world).collect();
    let interval = |values| estimate(&vec![values]).unwrap().interval.unwrap();
    let (alone, paired) = (interval(ours), interval(apart));
    assert!((paired.high - paired.low) * 10.0 < alone.high - alone.low);
    assert!(paired.low > 0.0, "the difference of one is seen");
}

#[track_caller]
fn check_improvement(ours: &Strata, theirs: &Strata, better: Better, expected: f64) {
    let (probability, interval) = improvement(ours, theirs, better);
    assert_eq!(probability, expected);
    if let Some(interval) = interval {
        assert!(interval.low <= probability && probability <= interval.high);
    }
}

#[test]
fn improvement_counts_all_pairs_of_seeds_and_ties_half() {
    use Better::{Higher, Lower};
    // 3 > 1, 3 < 4, 4 > 1, 4 = 4.
    let (ours, theirs) = (vec![vec![3.0, 4.0]], vec![vec![1.0, 4.0]]);
    check_improvement(&ours, &theirs, Higher, 0.625);
    check_improvement(&ours, &theirs, Lower, 0.375);
    check_improvement(&ours, &ours, Higher, 0.5);
    let best = vec![vec![9.0, 9.0]];
    check_improvement(&best, &theirs, Higher, 1.0);
    // The mean over strata, whatever their sizes.
    let two = (vec![vec![9.0], vec![0.0, 0.0]], vec![vec![1.0], vec![5.0, 5.0]]);
    check_improvement(&two.0, &two.1, Higher, 0.5);
    check_improvement(&vec![vec![f64::INFINITY; 2]], &vec![vec![1.0; 2]], Lower, 0.0);
}

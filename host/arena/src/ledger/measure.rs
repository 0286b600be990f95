//! Measure: from what the cluster counted and what the loop saw to one set of measures.

use scaling::Totals;

use super::account::Account;
use crate::results::{Latency, Measures, Requests, RewardMeasure};

/// The measures of some workloads together. Everything adds up but the time and the percentiles.
pub(super) fn measures(pairs: &[(&Account, Option<&Totals>)], rewards: usize) -> Measures {
    let mut measures =
        Measures { rewards: vec![RewardMeasure::default(); rewards], ..Measures::default() };
    let mut bins = Vec::new();
    let mut latency_seconds_sum = 0.0;
    for (account, totals) in pairs {
        add_account(&mut measures, account);
        if let Some(totals) = totals {
            add_totals(&mut measures, totals, account.objective_seconds.is_some());
            bins.extend_from_slice(&totals.latency_seconds);
            latency_seconds_sum += totals.latency_seconds_sum;
        }
    }
    measures.latency = latency(bins, latency_seconds_sum, measures.requests.completed);
    measures
}

fn add_account(to: &mut Measures, account: &Account) {
    for (to, reward) in to.rewards.iter_mut().zip(&account.rewards) {
        to.scored += reward.scored;
        to.failed += reward.failed;
        to.total += reward.total;
    }
    to.slo_ticks += account.slo_ticks;
    to.slo_ticks_violated += account.slo_ticks_violated;
    to.scaling.up += account.scaling.up;
    to.scaling.down += account.scaling.down;
    to.scaling.reversals += account.scaling.reversals;
    to.scaling.resizes += account.scaling.resizes;
    to.scaling.failed += account.scaling.failed;
    to.answers.asked += account.answers.asked;
    to.answers.fallback += account.answers.fallback;
    to.answers.illegal += account.answers.illegal;
    for (kind, count) in &account.answers.refused {
        *to.answers.refused.entry(kind.clone()).or_default() += count;
    }
    for (rail, count) in account.rails() {
        *to.rails.entry(rail).or_default() += count;
    }
}

fn add_totals(to: &mut Measures, totals: &Totals, has_objective: bool) {
    to.seconds = to.seconds.max(totals.seconds);
    to.replica_seconds += totals.replica_seconds;
    to.cpu_core_seconds_used += totals.cpu_core_seconds_used;
    to.cpu_core_seconds_allocated += totals.cpu_core_seconds_allocated;
    to.memory_gib_seconds_allocated += totals.memory_gib_seconds_allocated;
    to.cold_starts += totals.cold_starts;
    to.crashes += totals.crashes;
    to.oom_kills += totals.oom_kills;
    let requests: &mut Requests = &mut to.requests;
    requests.arrivals += totals.arrivals;
    requests.completed += totals.completed;
    requests.timed_out += totals.timed_out;
    requests.rejected += totals.rejected;
    requests.failed += totals.failed;
    requests.unfinished += totals.unfinished;
    if has_objective {
        requests.with_objective += totals.arrivals;
        requests.slo_violations += totals.slo_violations;
    }
}

/// `bins` are upper bounds with counts, in any order.
fn latency(mut bins: Vec<(f64, u64)>, seconds_sum: f64, completed: u64) -> Latency {
    bins.sort_by(|one, other| one.0.total_cmp(&other.0));
    let all = bins.iter().map(|(_, count)| count).sum();
    let percentile = |per_mille| percentile(&bins, all, per_mille);
    Latency {
        seconds_mean: (completed > 0).then(|| seconds_sum / completed as f64),
        seconds_p50: percentile(500),
        seconds_p90: percentile(900),
        seconds_p95: percentile(950),
        seconds_p99: percentile(990),
        seconds_p999: percentile(999),
    }
}

/// The smallest bound that at least `per_mille` thousandths of all lie at or below (nearest rank).
fn percentile(bins: &[(f64, u64)], all: u64, per_mille: u64) -> Option<f64> {
    // In wide integers, because a rounded product could be off by a whole request.
    let rank = (u128::from(all) * u128::from(per_mille)).div_ceil(1000);
    let mut below = 0;
    bins.iter().find_map(|&(bound, count)| {
        below += u128::from(count);
        (count > 0 && below >= rank).then_some(bound)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bins: &[(f64, u64)], per_mille: u64, expected: Option<f64>) {
        let all = bins.iter().map(|(_, count)| count).sum();
        assert_eq!(percentile(bins, all, per_mille), expected, "{per_mille} of {bins:?}");
    }

    #[test]
    fn percentiles_are_nearest_ranks() {
        let ten = [(0.1, 5), (0.2, 4), (f64::INFINITY, 1)];
        check(&ten, 500, Some(0.1));
        check(&ten, 501, Some(0.2));
        check(&ten, 900, Some(0.2));
        check(&ten, 901, Some(f64::INFINITY));
        check(&[(0.1, 0), (0.3, 1)], 1, Some(0.3));
        check(&[], 500, None);
        check(&[(0.1, 0)], 500, None);
    }

    #[test]
    fn percentiles_of_several_workloads_are_those_of_all_their_requests() {
        let bins = vec![(0.1, 90), (5.0, 10), (0.2, 100)];
        let latency = latency(bins, 38.0, 190);
        assert_eq!(latency.seconds_mean, Some(0.2));
        assert_eq!(latency.seconds_p50, Some(0.2));
        assert_eq!(latency.seconds_p90, Some(0.2));
        assert_eq!(latency.seconds_p99, Some(5.0));
    }
}

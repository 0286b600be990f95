//! Standing: who is ahead, in which column, and whether that is more than luck.

use std::cmp::Ordering;

use crate::metric::Better;
use crate::results::{Comparison, EntrantRecord, Learned, MetricRecord, Plan, Results};
use crate::statistics::SEEDS_ENOUGH;

/// Entrants by their main reward, the best first; those without any come last, in the order of the
/// race. A demonstration ranks nobody, so all of it is in that order.
pub(super) fn by_main_reward(results: &Results) -> Vec<&EntrantRecord> {
    let mut entrants: Vec<&EntrantRecord> = results.entrants.iter().collect();
    let Some(main) = main_reward(results).filter(|_| !results.plan.demonstration) else {
        return entrants;
    };
    let score = |entrant: &EntrantRecord| value(results, &entrant.name, main);
    entrants.sort_by(|left, right| match (score(left), score(right)) {
        (Some(left), Some(right)) => towards(main.better, left, right),
        (left, right) => right.is_some().cmp(&left.is_some()),
    });
    entrants
}

/// The metric that decides the order: the mean of the first reward.
pub(super) fn main_reward(results: &Results) -> Option<&MetricRecord> {
    let name = format!("reward_mean:{}", results.plan.rewards.first()?.name);
    metric(results, &name)
}

/// A metric by its name.
pub(super) fn metric<'a>(results: &'a Results, name: &str) -> Option<&'a MetricRecord> {
    results.metrics.iter().find(|metric| metric.name == name)
}

/// An entrant's interquartile mean over all courses.
pub(super) fn value(results: &Results, entrant: &str, metric: &MetricRecord) -> Option<f64> {
    results.summary(entrant, &metric.name).map(|summary| summary.estimate.iqm)
}

/// The best value of a metric among all entrants; none where more than half have it, because then it
/// tells nobody apart, and none in a demonstration.
pub(super) fn best(results: &Results, metric: &MetricRecord) -> Option<f64> {
    if results.plan.demonstration {
        return None;
    }
    let mut values: Vec<f64> =
        results.entrants.iter().filter_map(|of| value(results, &of.name, metric)).collect();
    values.sort_by(|&left, &right| towards(metric.better, left, right));
    let best = *values.first()?;
    let sharing = values.iter().filter(|&&value| value == best).count();
    (sharing * 2 <= values.len()).then_some(best)
}

/// How an entrant compares with the reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The interval of the paired difference is on the better side of zero.
    Better,
    /// It is on the worse side.
    Worse,
    /// It holds zero.
    Open,
    /// Nothing is said: a demonstration, or too few pairs for an interval that can be trusted.
    Withheld,
}

impl Verdict {
    /// What a comparison of such a plan says.
    pub(super) fn of(plan: &Plan, comparison: &Comparison, better: Better) -> Verdict {
        let pairs = plan.seeds.len().min(comparison.estimate.values as usize);
        if plan.demonstration || pairs < SEEDS_ENOUGH {
            return Verdict::Withheld;
        }
        match comparison.estimate.interval {
            Some(interval) if interval.low > 0.0 => Verdict::positive(better),
            Some(interval) if interval.high < 0.0 => Verdict::negative(better),
            Some(_) => Verdict::Open,
            None => Verdict::Withheld,
        }
    }

    /// Its mark, the same in the terminal and on the page.
    pub(super) fn mark(self) -> &'static str {
        match self {
            Verdict::Better => "▲",
            Verdict::Worse => "▼",
            Verdict::Open => "≈",
            Verdict::Withheld => "·",
        }
    }

    /// Its mark in words, for those who do not see it.
    pub(super) fn words(self) -> &'static str {
        match self {
            Verdict::Better => "better",
            Verdict::Worse => "worse",
            Verdict::Open => "undecided",
            Verdict::Withheld => "no verdict",
        }
    }

    fn positive(better: Better) -> Verdict {
        match better {
            Better::Higher => Verdict::Better,
            Better::Lower => Verdict::Worse,
        }
    }

    fn negative(better: Better) -> Verdict {
        match better {
            Better::Higher => Verdict::Worse,
            Better::Lower => Verdict::Better,
        }
    }
}

/// What a reader must know of an entrant beside its name, in a few words.
pub(super) fn remarks(results: &Results, entrant: &EntrantRecord) -> String {
    let mut remarks = Vec::new();
    if entrant.name == results.plan.reference {
        remarks.push("reference".to_owned());
    }
    match entrant.learned {
        Learned::Never => {}
        Learned::Beforehand => remarks.push("trained, frozen".to_owned()),
        Learned::Online => remarks.push("learns online".to_owned()),
    }
    if let Some(chosen) = &entrant.chosen {
        remarks.push(format!("tuned: {chosen}"));
    }
    remarks.join(" · ")
}

/// The best first.
fn towards(better: Better, left: f64, right: f64) -> Ordering {
    match better {
        Better::Higher => right.total_cmp(&left),
        Better::Lower => left.total_cmp(&right),
    }
}

#[cfg(test)]
mod tests;

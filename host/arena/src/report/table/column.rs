//! Column: one of the terminal's table, and which of them fit.

use crate::report::number::{ABSENT, Scale};
use crate::report::standing::{self, Verdict};
use crate::results::{EntrantRecord, Estimate, MetricRecord, Results};

/// A column of two-line entries.
pub(super) struct Column {
    pub(super) heading: [String; 2],
    pub(super) entries: Vec<Entry>,
    /// It holds names and not numbers.
    pub(super) names: bool,
    /// The larger, the earlier it is left out; 0 never is.
    dispensable: u8,
}

/// What one entrant has in a column.
pub(super) struct Entry {
    pub(super) lines: [String; 2],
    pub(super) tone: Tone,
}

/// What an entry's colour says. Each also has a mark, for those who do not see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    Plain,
    Best,
    Better,
    Worse,
}

/// The mark of the best value in a column.
pub(super) const BEST: &str = "*";

/// Entrants and a metric on each of the two lines of a column; the second may be the interval.
struct Numbers<'a> {
    results: &'a Results,
    entrants: &'a [&'a EntrantRecord],
}

/// All columns, the most important first.
pub(super) fn all(results: &Results) -> Vec<Column> {
    let entrants = standing::by_main_reward(results);
    let numbers = Numbers { results, entrants: &entrants };
    let main = standing::main_reward(results);
    let pair = |first, second, heading, dispensable| {
        numbers.pair([first, second], heading, dispensable)
    };
    let mut columns = vec![Some(names(results, &entrants))];
    columns.push(main.map(|main| numbers.with_interval(main, &main.title, 0)));
    columns.push(main.map(|main| differences(results, &entrants, main)));
    columns.push(pair(
        "slo_violation_request_ratio",
        "slo_violation_tick_ratio",
        ["SLO missed by", "requests", "ticks"],
        0,
    ));
    columns.push(pair(
        "latency_seconds_p50",
        "latency_seconds_p99",
        ["latency", "p50", "p99"],
        0,
    ));
    let replicas = standing::metric(results, "replica_seconds");
    columns.push(replicas.map(|metric| numbers.with_interval(metric, "replica-time", 0)));
    columns.push(pair(
        "cpu_core_seconds_used",
        "cpu_core_seconds_allocated",
        ["CPU", "used", "set aside"],
        2,
    ));
    columns.push(pair(
        "cold_starts",
        "scaling_actions",
        ["", "cold starts", "scalings"],
        1,
    ));
    let any = ["refused_recommendations", "fallback_answers"].into_iter().any(|name| {
        let metric = standing::metric(results, name);
        metric.is_some_and(|metric| {
            entrants.iter().any(|of| standing::value(results, &of.name, metric) > Some(0.0))
        })
    });
    columns.push(
        pair("refused_recommendations", "fallback_answers", ["", "refused", "fallback"], 3)
            .filter(|_| any),
    );
    columns.into_iter().flatten().collect()
}

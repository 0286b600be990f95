//! Board: the standings as columns.

use super::column::{Column, Entry, Tone, marked};
use super::prose::plain;
use crate::report::number::{self, ABSENT, Scale};
use crate::report::standing::{self, Verdict};
use crate::results::{EntrantRecord, Estimate, MetricRecord, Results};

/// All columns, the most important first.
pub(super) fn columns(results: &Results) -> Vec<Column> {
    let board = Board { results, entrants: standing::by_main_reward(results) };
    let main = standing::main_reward(results);
    let mut columns = vec![Some(board.names())];
    columns.push(main.map(|main| board.with_interval(main, main.title.clone())));
    columns.push(main.map(|main| board.differences(main)));
    columns.push(board.pair(
        "SLO miss",
        [("requests", "slo_violation_request_ratio"), ("ticks", "slo_violation_tick_ratio")],
        0,
    ));
    columns.push(board.pair(
        "latency",
        [("p50", "latency_seconds_p50"), ("p99", "latency_seconds_p99")],
        0,
    ));
    columns.push(standing::metric(results, "replica_seconds").map(|metric| {
        let unit = board.scale(&[metric]).unit;
        board.with_interval(metric, format!("replica-{unit}"))
    }));
    columns.push(board.pair(
        "CPU",
        [("used", "cpu_core_seconds_used"), ("set aside", "cpu_core_seconds_allocated")],
        3,
    ));
    columns.push(board.pair(
        "a run",
        [("cold starts", "cold_starts"), ("scalings", "scaling_actions")],
        2,
    ));
    let answers = [("refused", "refused_recommendations"), ("fallback", "fallback_answers")];
    columns.push(board.pair("answers", answers, 1).filter(|_| board.any(answers[0].1)));
    columns.into_iter().flatten().collect()
}

/// Entrants as they stand.
struct Board<'a> {
    results: &'a Results,
    entrants: Vec<&'a EntrantRecord>,
}

impl Board<'_> {
    fn names(&self) -> Column {
        let entry = |entrant: &&EntrantRecord| Entry {
            lines: [plain(&entrant.name), plain(&standing::remarks(self.results, entrant))],
            tone: Tone::Plain,
        };
        Column {
            heading: ["entrant".into(), String::new(), String::new()],
            entries: self.entrants.iter().map(entry).collect(),
            names: true,
            dispensable: 0,
        }
    }

    /// A metric over its interval.
    fn with_interval(&self, metric: &MetricRecord, title: String) -> Column {
        let scale = self.scale(&[metric]);
        let best = standing::best(self.results, metric);
        let entry = |entrant: &&EntrantRecord| {
            let Some(estimate) = self.estimate(entrant, metric) else { return Entry::absent() };
            let interval = estimate.interval.map(|interval| scale.interval(&interval));
            let is_best = best == Some(estimate.iqm);
            Entry {
                lines: [
                    marked(&scale.value(estimate.iqm), is_best),
                    interval.unwrap_or_else(|| ABSENT.to_owned()),
                ],
                tone: if is_best { Tone::Best } else { Tone::Plain },
            }
        };
        let heading = [title, "IQM".into(), self.interval_heading()];
        self.column(heading, entry, 0)
    }

    /// Paired differences to the reference, with what they say.
    fn differences(&self, metric: &MetricRecord) -> Column {
        let comparison =
            |entrant: &EntrantRecord| self.results.comparison(&entrant.name, &metric.name);
        let scale = self.scale(&[metric]);
        let entry = |entrant: &&EntrantRecord| {
            let Some(comparison) = comparison(entrant) else { return Entry::absent() };
            let verdict = Verdict::of(&self.results.plan, comparison, metric.better);
            let interval = comparison.estimate.interval;
            let interval = interval.map(|interval| scale.signed_interval(&interval));
            Entry {
                lines: [
                    format!("{} {}", verdict.mark(), scale.signed(comparison.estimate.iqm)),
                    interval.unwrap_or_else(|| ABSENT.to_owned()),
                ],
                tone: match verdict {
                    Verdict::Better => Tone::Better,
                    Verdict::Worse => Tone::Worse,
                    Verdict::Open | Verdict::Withheld => Tone::Plain,
                },
            }
        };
        let heading = ["vs reference".into(), "paired Δ".into(), self.interval_heading()];
        self.column(heading, entry, 0)
    }

    /// Two metrics of one unit; none if the race has not both.
    fn pair(&self, title: &str, parts: [(&str, &str); 2], dispensable: u8) -> Option<Column> {
        let first = standing::metric(self.results, parts[0].1)?;
        let second = standing::metric(self.results, parts[1].1)?;
        let scale = self.scale(&[first, second]);
        let entry = |entrant: &&EntrantRecord| {
            let lines = [first, second].map(|metric| {
                let Some(value) = standing::value(self.results, &entrant.name, metric) else {
                    return marked(ABSENT, false);
                };
                let is_best = standing::best(self.results, metric) == Some(value);
                marked(&scale.value(value), is_best)
            });
            Entry { lines, tone: Tone::Plain }
        };
        let unit = if scale.unit.is_empty() { String::new() } else { format!(" {}", scale.unit) };
        let heading = [format!("{title}{unit}"), parts[0].0.into(), parts[1].0.into()];
        Some(self.column(heading, entry, dispensable))
    }

    fn column(
        &self,
        heading: [String; 3],
        entry: impl Fn(&&EntrantRecord) -> Entry,
        dispensable: u8,
    ) -> Column {
        let entries = self.entrants.iter().map(entry).collect();
        let heading = heading.map(|line| plain(&line));
        Column { heading, entries, names: false, dispensable }
    }

    fn scale(&self, metrics: &[&MetricRecord]) -> Scale {
        let of = |metric| self.entrants.iter().filter_map(move |of| self.estimate(of, metric));
        Scale::new(metrics[0], metrics.iter().flat_map(|metric| of(metric)))
    }

    fn estimate(&self, entrant: &EntrantRecord, metric: &MetricRecord) -> Option<&Estimate> {
        self.results.summary(&entrant.name, &metric.name).map(|summary| &summary.estimate)
    }

    fn interval_heading(&self) -> String {
        format!("{} % CI", number::percent(self.results.plan.confidence_ratio))
    }

    /// Whether any entrant has more than none of a metric in any run: an interquartile mean may
    /// hide a few.
    fn any(&self, metric: &str) -> bool {
        let Some(metric) = standing::metric(self.results, metric) else { return false };
        self.entrants.iter().filter_map(|of| self.estimate(of, metric)).any(|of| of.mean > 0.0)
    }
}

//! Column: one of the terminal's table, and which of them fit.

use super::prose::plain;
use crate::report::number::{self, ABSENT, Scale};
use crate::report::standing::{self, Verdict};
use crate::results::{EntrantRecord, Estimate, MetricRecord, Results};

/// A column of two-line entries.
pub(super) struct Column {
    /// Its title, and what stands on either line.
    pub(super) heading: [String; 3],
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

/// Blanks between columns where there is room.
const GAP: usize = 2;

/// Names fold to no less, so that they can still be read.
const NARROWEST_NAMES: usize = 12;

/// All columns, the most important first.
pub(super) fn all(results: &Results) -> Vec<Column> {
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
    columns.push(
        standing::metric(results, "replica_seconds").map(|metric| {
            let unit = board.scale(&[metric]).unit;
            board.with_interval(metric, format!("replica-{unit}"))
        }),
    );
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

/// What fits into a terminal.
pub(super) struct Fit {
    pub(super) columns: Vec<Column>,
    /// Blanks before each column but the first, at least 1.
    pub(super) gap: usize,
    /// Titles of the columns that are left out.
    pub(super) left_out: Vec<String>,
}

/// Leaves out what can be spared, then folds the names, then moves the columns closer.
pub(super) fn fit(mut columns: Vec<Column>, width: usize) -> Fit {
    let mut left_out = Vec::new();
    let numbers = |columns: &[Column], gap: usize| -> usize {
        columns.iter().skip(1).map(|column| column.width() + gap).sum()
    };
    loop {
        let names = columns.first().map_or(0, Column::width);
        let spare = columns.iter().map(|column| column.dispensable).max().unwrap_or(0);
        if names + numbers(&columns, GAP) <= width || spare == 0 {
            break;
        }
        columns.retain(|column| {
            if column.dispensable == spare {
                let [title, parts @ ..] = &column.heading;
                left_out.insert(0, format!("{title} ({})", parts.join(", ")));
            }
            column.dispensable != spare
        });
    }
    let room = |gap: usize| width.saturating_sub(numbers(&columns, gap));
    let gap = if room(GAP) >= NARROWEST_NAMES { GAP } else { 1 };
    let names = room(gap).max(NARROWEST_NAMES);
    if let Some(column) = columns.first_mut() {
        column.fold(names);
    }
    Fit { columns, gap, left_out }
}

impl Column {
    /// Breaks lines that are longer than `width`, after a hyphen or a space where there is one.
    fn fold(&mut self, width: usize) {
        for line in self.entries.iter_mut().flat_map(|entry| &mut entry.lines) {
            let letters: Vec<char> = line.chars().collect();
            let mut rest = letters.as_slice();
            line.clear();
            while rest.len() > width {
                let breaks = |letter: &char| matches!(letter, '-' | ' ');
                let at = rest[..width].iter().rposition(breaks).map_or(width, |at| at + 1);
                line.extend(&rest[..at]);
                line.push('\n');
                rest = &rest[at..];
            }
            line.extend(rest);
        }
    }

    /// Characters of its longest line.
    fn width(&self) -> usize {
        let lines = self.entries.iter().flat_map(|entry| &entry.lines);
        lines.chain(&self.heading).map(|line| line.chars().count()).max().unwrap_or(0)
    }
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
        let comparison = |entrant: &EntrantRecord| {
            self.results.comparison(&entrant.name, &metric.name)
        };
        let scale = self.scale(&[metric]);
        let entry = |entrant: &&EntrantRecord| {
            let Some(comparison) = comparison(entrant) else { return Entry::absent() };
            let verdict = Verdict::of(comparison, metric.better);
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
                    Verdict::Open => Tone::Plain,
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

impl Entry {
    fn absent() -> Entry {
        Entry { lines: [ABSENT.to_owned(), String::new()], tone: Tone::Plain }
    }
}

/// With the mark of the best or the room for it, so that digits stand below each other.
fn marked(text: &str, is_best: bool) -> String {
    format!("{text}{}", if is_best { BEST } else { " " })
}

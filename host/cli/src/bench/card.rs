//! Card: what a module costs, as a table and against its limits.

use std::fmt::Write;
use std::time::Duration;

use sandbox::{Limits, World};
use serde::ser::{Serialize, SerializeStruct, Serializer};
use serde_json::json;

use super::contest::{BatchCost, Cost, Outcome};
use super::contestant::About;
use super::measured::Measured;
use crate::check::line::{bad, dim, paragraph, size, strong, time};
use crate::output::Card;

/// What a module costs.
pub(super) struct BenchCard {
    pub(super) file: String,
    pub(super) file_bytes: u64,
    pub(super) about: About,
    pub(super) code_bytes: Option<u64>,
    pub(super) compile: Option<Duration>,
    pub(super) instantiate: Measured,
    pub(super) start_fuel: u64,
    pub(super) batches: Vec<BatchCost>,
    pub(super) snapshot: Result<usize, String>,
    /// The built-in that it is compared with.
    pub(super) floor: &'static str,
    pub(super) limits: Limits,
}

impl Serialize for BenchCard {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Bench", 14)?;
        fields.serialize_field("file", &self.file)?;
        fields.serialize_field("name", &self.about.name)?;
        fields.serialize_field("version", &self.about.version)?;
        fields.serialize_field("world", self.about.world.name())?;
        fields.serialize_field("size_bytes", &self.file_bytes)?;
        fields.serialize_field("code_bytes", &self.code_bytes)?;
        fields.serialize_field("compile_seconds", &self.compile.map(|took| took.as_secs_f64()))?;
        fields.serialize_field("instantiate", &self.instantiate)?;
        fields.serialize_field("start_fuel", &self.start_fuel)?;
        fields.serialize_field("floor", self.floor)?;
        fields.serialize_field("batches", &self.batches)?;
        fields.serialize_field("snapshot_bytes", &self.snapshot.as_ref().ok())?;
        fields.serialize_field("rows_by_fuel", &self.rows_by_fuel().ok())?;
        let limits = &self.limits;
        fields.serialize_field(
            "limits",
            &json!({
                "setup_fuel": limits.setup_fuel,
                "call_fuel": limits.call_fuel,
                "row_fuel": limits.row_fuel,
                "memory_bytes": limits.memory_bytes,
                "snapshot_bytes": limits.snapshot_bytes,
            }),
        )?;
        fields.end()
    }
}

/// How many rows a batch may have.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
enum Fitting {
    /// The budget grows faster than the cost.
    Any,
    /// So many at most.
    AtMost(u64),
}

impl BenchCard {
    fn measured(&self) -> impl DoubleEndedIterator<Item = (usize, &Cost)> {
        self.batches.iter().filter_map(|batch| match &batch.outcome {
            Outcome::Measured(cost) => Some((batch.rows, cost.as_ref())),
            Outcome::Broken(_) => None,
        })
    }

    /// Fuel of a call about no row, and of each row, by the smallest and the largest batch.
    fn fuel_line(&self) -> Option<(f64, f64)> {
        let (fewest, small) = self.measured().next()?;
        let (most, large) = self.measured().next_back()?;
        if most == fewest {
            let each = small.fuel as f64 / fewest as f64;
            return Some((0.0, each));
        }
        let each = (large.fuel as f64 - small.fuel as f64) / (most - fewest) as f64;
        Some(((small.fuel as f64 - each * fewest as f64).max(0.0), each.max(0.0)))
    }

    fn rows_by_fuel(&self) -> Result<Fitting, ()> {
        let (start, each) = self.fuel_line().ok_or(())?;
        let over = each - self.limits.row_fuel as f64;
        let left = self.limits.call_fuel as f64 - start;
        Ok(if over <= 0.0 && left >= 0.0 {
            Fitting::Any
        } else {
            Fitting::AtMost((left.max(0.0) / over.max(f64::MIN_POSITIVE)) as u64)
        })
    }

    fn head(&self) -> String {
        let kind = match self.about.world {
            World::Policy => "policy",
            World::Reward => "reward",
        };
        let About { name, version, .. } = &self.about;
        let code = self.code_bytes.map_or("unknown".to_owned(), size);
        let compile = self.compile.map_or("unknown".to_owned(), time);
        let mut text = format!("{}  {kind} {name} {version}\n", strong(&self.file));
        for (what, value) in [
            ("file", size(self.file_bytes)),
            ("compile", format!("{compile} in a child process, to {code} of native code")),
            ("start", format!("{}, {} of fuel", spread(&self.instantiate), count(self.start_fuel))),
        ] {
            writeln!(text, "  {what:9} {value}").expect("a string takes text");
        }
        text
    }

    fn table(&self) -> String {
        let titles = [
            "rows",
            "a call",
            "spread",
            "a row",
            &format!("× {}", self.floor),
            "× native",
            "fuel a call",
            "fuel a row",
            "memory",
        ];
        let mut rows = vec![titles.map(str::to_owned)];
        for (number, cost) in self.measured() {
            let per_row = Duration::from_secs_f64(cost.call.seconds_median / number as f64);
            let against = |other: &Measured| ratio(cost.call.seconds_median / other.seconds_median);
            rows.push([
                count(number as u64),
                fine(cost.call.median()),
                format!(
                    "{}–{}",
                    fine(Duration::from_secs_f64(cost.call.seconds_p10)),
                    fine(Duration::from_secs_f64(cost.call.seconds_p90))
                ),
                fine(per_row),
                against(&cost.floor_call),
                against(&cost.native_call),
                count(cost.fuel),
                count(cost.fuel / number as u64),
                size(cost.memory_bytes_peak as u64),
            ]);
        }
        let width =
            |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..titles.len()).map(width).collect();
        let mut text = String::new();
        for (place, row) in rows.iter().enumerate() {
            let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:>width$}"));
            let line = format!("  {}", cells.collect::<Vec<_>>().join("  "));
            let line = if place == 0 { dim(&line) } else { line };
            writeln!(text, "{line}").expect("a string takes text");
        }
        for batch in &self.batches {
            if let Outcome::Broken(cause) = &batch.outcome {
                let lead = format!("  {} {} rows: ", bad(), count(batch.rows as u64));
                text.push_str(&paragraph(&lead, 6, cause));
            }
        }
        text
    }

    fn against_limits(&self) -> String {
        let limits = &self.limits;
        let mut lines = Vec::new();
        if let (Some((most, cost)), Ok(fitting)) =
            (self.measured().next_back(), self.rows_by_fuel())
        {
            let budget = limits.call_fuel + limits.row_fuel * most as u64;
            let fits = match fitting {
                Fitting::Any => "any number of rows fits the budget".to_owned(),
                Fitting::AtMost(rows) => format!("{} rows fit the budget", count(rows)),
            };
            lines.push((
                "fuel",
                format!(
                    "{} of what {} rows may use; {fits}",
                    share(cost.fuel, budget),
                    count(most as u64)
                ),
            ));
            let peak = cost.memory_bytes_peak as u64;
            let memory = share(peak, limits.memory_bytes as u64);
            let room = size(limits.memory_bytes as u64);
            lines.push(("memory", format!("{} held at most, {memory} of {room}", size(peak))));
            let each = cost.call.seconds_median / most as f64;
            let rows = (0.1 / each.max(1e-12)) as u64;
            lines.push((
                "time",
                format!("{} rows in a tenth of a second, on one core", count(rows)),
            ));
        }
        let start = share(self.start_fuel, limits.setup_fuel);
        lines.push(("start", format!("{start} of the fuel to start and `init`")));
        lines.push((
            "snapshot",
            match &self.snapshot {
                Ok(bytes) => format!(
                    "{}, {} of what it may hold",
                    size(*bytes as u64),
                    share(*bytes as u64, limits.snapshot_bytes as u64)
                ),
                Err(cause) => cause.clone(),
            },
        ));
        let mut text = format!("{}\n", strong("against the limits"));
        for (what, value) in lines {
            writeln!(text, "  {what:9} {value}").expect("a string takes text");
        }
        text
    }
}

impl Card for BenchCard {
    fn text(&self) -> String {
        let floor = match self.about.world {
            World::Policy => "`hold`, the smallest policy",
            World::Reward => "`overprovision`, a small reward",
        };
        let legend = format!(
            "Medians, and from the 10th to the 90th percentile. Beside it, on the same turns: {floor}, \
             and a one-line rule in native code."
        );
        let legend = dim(paragraph("  ", 2, &legend).trim_end());
        format!("{}{}{legend}\n{}", self.head(), self.table(), self.against_limits())
    }
}

fn spread(measured: &Measured) -> String {
    format!(
        "{} ({}–{})",
        fine(measured.median()),
        fine(Duration::from_secs_f64(measured.seconds_p10)),
        fine(Duration::from_secs_f64(measured.seconds_p90))
    )
}

/// A short time with three digits that mean something.
fn fine(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    let (value, unit) = match seconds {
        0.0..1e-6 => (seconds * 1e9, "ns"),
        1e-6..1e-3 => (seconds * 1e6, "µs"),
        1e-3..1.0 => (seconds * 1e3, "ms"),
        _ => (seconds, "s"),
    };
    match value {
        0.0..10.0 => format!("{value:.2} {unit}"),
        10.0..100.0 => format!("{value:.1} {unit}"),
        _ => format!("{value:.0} {unit}"),
    }
}

fn ratio(value: f64) -> String {
    if value < 10.0 { format!("{value:.2}") } else { format!("{value:.0}") }
}

fn share(part: u64, whole: u64) -> String {
    let percent = 100.0 * part as f64 / whole.max(1) as f64;
    match percent {
        0.0..0.01 if part > 0 => "less than 0.01 %".to_owned(),
        0.01..1.0 => format!("{percent:.2} %"),
        _ => format!("{percent:.0} %"),
    }
}

/// A number with its thousands apart.
fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_for_people() {
        assert_eq!(
            [count(0), count(999), count(1000), count(1_234_567)].join(" "),
            "0 999 1,000 1,234,567"
        );
        let times = [3e-9, 4.56e-5, 0.0123, 2.0].map(|s| fine(Duration::from_secs_f64(s)));
        assert_eq!(times.join(" "), "3.00 ns 45.6 µs 12.3 ms 2.00 s");
        assert_eq!([share(1, 1000), share(50, 100), share(0, 9)].join(", "), "0.10 %, 50 %, 0 %");
        assert_eq!([ratio(1.234), ratio(123.4)].join(" "), "1.23 123");
    }
}

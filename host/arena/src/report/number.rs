//! Number: a value with as many digits as it deserves, in a unit that people read.
//!
//! All values of a column share one [`Scale`], so that they can be compared at a glance.

use crate::results::{Estimate, Interval, MetricRecord};

/// What stands for a value that cannot be told.
pub(super) const ABSENT: &str = "–";

/// How the values of one metric are written.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scale {
    /// The document's value times this is what is shown.
    pub(super) factor: f64,
    /// The unit that is shown; empty for a bare number.
    pub(super) unit: &'static str,
    digits: Digits,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Digits {
    /// Digits after the point, the same in the whole column.
    Decimals(usize),
    /// Significant digits of each value, for columns that span decades.
    Significant,
}

/// Three digits tell entrants apart; a fourth is noise in almost every race.
const SIGNIFICANT: i32 = 3;

impl Scale {
    /// The scale for a metric whose column holds `estimates`.
    pub(super) fn new<'a>(
        metric: &MetricRecord,
        estimates: impl IntoIterator<Item = &'a Estimate>,
    ) -> Scale {
        let estimates: Vec<&Estimate> = estimates.into_iter().collect();
        let finite = |value: f64| value.is_finite().then_some(value.abs());
        let largest = estimates.iter().filter_map(|of| finite(of.iqm)).fold(0.0, f64::max);
        let narrowest = estimates
            .iter()
            .filter_map(|of| of.interval)
            .filter_map(|interval| finite((interval.high - interval.low) / 2.0))
            .filter(|&half| half > 0.0)
            .fold(f64::INFINITY, f64::min);
        let (factor, unit, most) = unit(metric, largest);
        let digits = if is_latency(metric) {
            Digits::Significant
        } else {
            let whole = is_count(metric) && estimates.iter().all(|of| of.iqm.fract() == 0.0);
            let most = if whole { 0 } else { most };
            Digits::Decimals(decimals(largest * factor, narrowest * factor, most))
        };
        Scale { factor, unit, digits }
    }

    /// A value without its unit.
    pub(super) fn value(&self, value: f64) -> String {
        self.write(value, false)
    }

    /// A difference, always with its sign.
    pub(super) fn signed(&self, value: f64) -> String {
        self.write(value, true)
    }

    /// An interval of values.
    pub(super) fn interval(&self, interval: &Interval) -> String {
        format!("{}…{}", self.value(interval.low), self.value(interval.high))
    }

    /// An interval of differences.
    pub(super) fn signed_interval(&self, interval: &Interval) -> String {
        format!("{}…{}", self.signed(interval.low), self.signed(interval.high))
    }

    fn write(&self, value: f64, signed: bool) -> String {
        let shown = value * self.factor;
        let sign = match shown {
            below if below < 0.0 => "−",
            above if signed && above > 0.0 => "+",
            _ => "",
        };
        let size = shown.abs();
        if size.is_nan() {
            return ABSENT.to_owned();
        }
        if size.is_infinite() {
            return format!("{sign}∞");
        }
        let decimals = match self.digits {
            Digits::Decimals(decimals) => decimals,
            Digits::Significant => decimals_of(size, SIGNIFICANT).clamp(0, SIGNIFICANT) as usize,
        };
        let text = format!("{size:.decimals$}");
        let vanished = size > 0.0 && text.bytes().all(|byte| matches!(byte, b'0' | b'.'));
        match (vanished, signed) {
            (false, _) => format!("{sign}{}", grouped(&text)),
            // The smallest that can be shown, so that a little is not mistaken for none.
            (true, false) => format!("<{:.decimals$}", 0.1_f64.powi(decimals as i32)),
            (true, true) => format!("{sign}{text}"),
        }
    }
}

/// The title of a metric in the unit in which it is shown.
pub(super) fn title(metric: &MetricRecord, scale: &Scale) -> String {
    match scale.unit {
        "h" => metric.title.replace("-seconds", "-hours"),
        _ => metric.title.clone(),
    }
}

/// The unit to stand beside the title, unless the title says it.
pub(super) fn unit_beside(metric: &MetricRecord, scale: &Scale) -> &'static str {
    if metric.title.ends_with("-seconds") { "" } else { scale.unit }
}

/// A count or a plain number from outside of any column.
pub(super) fn count(value: u64) -> String {
    grouped(&value.to_string())
}

/// A share as a whole or nearly whole percentage, without the sign.
pub(super) fn percent(ratio: f64) -> String {
    let text = format!("{:.1}", ratio * 100.0);
    text.strip_suffix(".0").unwrap_or(&text).to_owned()
}

/// A time in the unit that suits it.
pub(super) fn duration(seconds: f64) -> String {
    let (value, unit) = match seconds {
        long if long >= 2.0 * 86_400.0 => (long / 86_400.0, "days"),
        long if long >= 2.0 * 3_600.0 => (long / 3_600.0, "h"),
        long if long >= 120.0 => (long / 60.0, "min"),
        short if short > 0.0 && short < 1.0 => (short * 1e3, "ms"),
        other => (other, "s"),
    };
    let decimals = decimals_of(value, 2).clamp(0, 2) as usize;
    let text = format!("{value:.decimals$}");
    let text =
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{text} {unit}")
}

fn is_latency(metric: &MetricRecord) -> bool {
    metric.name.starts_with("latency_seconds")
}

fn is_count(metric: &MetricRecord) -> bool {
    let is_reward = metric.name.starts_with("reward_mean:") || metric.name.starts_with("return:");
    metric.unit.is_empty() && !is_reward
}

/// Factor, unit and the most decimals, from the largest value of the column.
fn unit(metric: &MetricRecord, largest: f64) -> (f64, &'static str, i32) {
    /// From two hours on, hours are easier to read than seconds.
    const LONG_SECONDS: f64 = 7_200.0;
    let long = largest >= LONG_SECONDS;
    match metric.unit.as_str() {
        "%" => (100.0, "%", 2),
        "s" if is_latency(metric) && largest < 1.0 => (1e3, "ms", 3),
        "s" if is_latency(metric) => (1.0, "s", 3),
        "s" if long => (1.0 / 3_600.0, "h", 2),
        "s" => (1.0, "s", 1),
        "core·s" if long => (1.0 / 3_600.0, "core·h", 2),
        "core·s" => (1.0, "core·s", 1),
        "GiB·s" if long => (1.0 / 3_600.0, "GiB·h", 2),
        "GiB·s" => (1.0, "GiB·s", 1),
        _ if is_count(metric) => (1.0, "", 1),
        _ => (1.0, "", 4),
    }
}

/// Enough decimals for three digits of the largest value and for the narrowest interval to have
/// two different ends, but at most `most`.
fn decimals(largest: f64, narrowest: f64, most: i32) -> usize {
    let for_value = decimals_of(largest, SIGNIFICANT);
    let for_interval = if narrowest.is_finite() { decimals_of(narrowest, 1) } else { 0 };
    for_value.max(for_interval).clamp(0, most) as usize
}

/// Decimals that show `value` with so many significant digits; negative for large values.
fn decimals_of(value: f64, significant: i32) -> i32 {
    if value > 0.0 && value.is_finite() {
        significant - 1 - value.log10().floor() as i32
    } else {
        0
    }
}

/// With a narrow space between groups of three digits, from five digits on.
fn grouped(text: &str) -> String {
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    if whole.len() < 5 {
        return text.to_owned();
    }
    let mut grouped = String::with_capacity(text.len() + whole.len());
    for (position, digit) in whole.char_indices() {
        if position > 0 && (whole.len() - position) % 3 == 0 {
            grouped.push('\u{202f}');
        }
        grouped.push(digit);
    }
    grouped + rest
}

#[cfg(test)]
mod tests;

//! Fitted: a synthetic trace with the statistics of the Azure 2019 sample, for when nobody has the
//! trace itself.
//!
//! Fitted to 500 functions over 60 minutes. What they are made of:
//! - **Clockwork** (57 % of the functions, 57 % of the load): the counts repeat with a period, or
//!   would but for jitter around the edges of minutes. Timers mostly, and probes that call by HTTP.
//! - **Irregular**: Poisson counts whose rate is log-normal, an AR(1) process in its logarithm. The
//!   variance of the logarithm differs from function to function, and so does its memory: most
//!   spike independently from minute to minute, the others swell and ebb.
//!
//! Mean rates follow a bounded Pareto law, medians of durations a log-normal one; the tail of a
//! duration is longer, relative to its median, the shorter the median. Rates were fitted by maximum
//! likelihood, the rest by moments and quantiles. The load has no daily cycle, because an hour shows
//! none; and no two functions move together.
//!
//! How close it comes, as lower quartile, median and 90th percentile over the functions (5,000 of
//! them against the sample's 500; a test holds the fit to this, with room for chance):
//!
//! | statistic of a function | trace | fitted |
//! |---|---|---|
//! | calls a minute (mean over functions) | 0.20, 0.40, 3.93 (1.36) | 0.20, 0.50, 3.60 (1.32) |
//! | coefficient of variation of the counts | 0.89, 1.94, 3.59 | 1.00, 1.88, 3.00 |
//! | autocorrelation of the counts at one minute | −0.23, −0.08, 0.38 | −0.25, −0.04, 0.27 |
//! | median duration, ms | 20, 147, 5,953 | 21, 146, 6,032 |
//! | 99th percentile of the duration, ms | 323, 1,579, 27,819 | 310, 1,639, 35,929 |
//! | median memory, MB | 121, 145, 221 | 122, 154, 238 |
//!
//! | mean over the busiest tenth | trace | fitted |
//! |---|---|---|
//! | calls a minute | 7.58 | 7.11 |
//! | coefficient of variation | 0.73 | 0.86 |
//! | autocorrelation | 0.08 | −0.03 |

use crate::azure2019::{Durations, FunctionTrace, Memory, Trace2019, Trigger};
use crate::{Purpose, Stream};

/// Share of the functions that a clock drives.
const CLOCKWORK: f64 = 0.57;
/// Share of those that drift over the edges of minutes.
const DRIFTING: f64 = 0.15;
/// Periods of clocks in minutes, by number of functions.
const PERIODS: [(u32, f64); 8] =
    [(1, 100.0), (2, 15.0), (3, 17.0), (4, 16.0), (5, 110.0), (10, 12.0), (15, 6.0), (30, 6.0)];
/// Share of the clocks that make one call at a time.
const SINGLE: f64 = 0.7;
/// Exponent and bounds of the mean calls a minute. The sample was cut at these bounds.
const RATE_EXPONENT: f64 = 0.72;
const RATES_PER_MINUTE: [f64; 2] = [1.0 / 6.0, 16.0];
/// Mean of the variance of the logarithm of the rate, which is exponential over functions.
const LOG_VARIANCE: f64 = 2.2;
/// Share of the irregular functions whose rate remembers the minute before, and how much of it.
const REMEMBERING: f64 = 0.55;
const MEMORY: f64 = 0.93;
/// Mean and deviation of the logarithm of the median duration in milliseconds.
const LOG_DURATION: [f64; 2] = [4.94, 2.90];
/// The logarithm of the 99th percentile over the median: its mean, its change by unit of the
/// logarithm of the median, its own deviation, and its least value.
const TAIL: [f64; 4] = [2.33, -0.36, 1.51, 0.1];
/// Where the percentiles of a duration lie between the median (0) and the 99th (1), in logarithms.
const DURATION_SHAPE: [f64; 7] = [-0.50, -0.38, -0.12, 0.0, 0.17, 1.0, 1.54];
/// Ten minutes, which the longest 99th percentile of the sample comes up to.
const LONGEST_MILLISECONDS: f64 = 600_000.0;
/// Mean and deviation of the logarithm of the median memory in megabytes.
const LOG_MEMORY: [f64; 2] = [5.04, 0.34];
/// Logarithms of the percentiles of memory over its median.
const MEMORY_SHAPE: [f64; 8] = [-0.243, -0.164, -0.064, 0.0, 0.072, 0.163, 0.214, 0.313];
/// Triggers of clockwork and of irregular functions, by number of functions.
const CLOCKWORK_TRIGGERS: [(Trigger, f64); 6] = [
    (Trigger::Timer, 185.0),
    (Trigger::Http, 47.0),
    (Trigger::Others, 20.0),
    (Trigger::Orchestration, 15.0),
    (Trigger::Queue, 13.0),
    (Trigger::Event, 3.0),
];
const IRREGULAR_TRIGGERS: [(Trigger, f64); 7] = [
    (Trigger::Http, 92.0),
    (Trigger::Queue, 58.0),
    (Trigger::Orchestration, 16.0),
    (Trigger::Storage, 16.0),
    (Trigger::Event, 14.0),
    (Trigger::Timer, 12.0),
    (Trigger::Others, 9.0),
];

/// A trace of so many functions and minutes. Function k is a function of the seed and of k alone, so
/// that a larger trace extends a smaller one.
pub fn synthetic(seed: u64, functions: usize, minutes: usize) -> Trace2019 {
    let function = |index: usize| {
        let mut stream = Stream::new(seed, index as u64, Purpose::Synthesis);
        let durations = durations(&mut stream);
        let memory = memory(&mut stream);
        let (triggers, counts) = if stream.chance(CLOCKWORK) {
            (CLOCKWORK_TRIGGERS.as_slice(), clockwork(&mut stream, minutes))
        } else {
            (IRREGULAR_TRIGGERS.as_slice(), irregular(&mut stream, minutes))
        };
        FunctionTrace {
            name: format!("synthetic-{index}"),
            trigger: weighted(&mut stream, triggers),
            counts_per_minute: counts.into(),
            durations: Some(durations),
            memory: Some(memory),
        }
    };
    Trace2019 { functions: (0..functions).map(function).collect() }
}

/// Calls at the ticks of a clock.
fn clockwork(stream: &mut Stream, minutes: usize) -> Vec<u32> {
    let period = weighted(stream, &PERIODS);
    let least = RATES_PER_MINUTE.map(|rate| rate * f64::from(period));
    let calls = if stream.chance(SINGLE) { 1.0 } else { bounded_pareto(stream, [2.0, least[1]]) };
    let calls = calls.max(least[0]).ceil() as u32;
    let drift = if stream.chance(DRIFTING) { 1.0 } else { 0.0 };
    let phase = stream.uniform() * f64::from(period);
    let mut counts = vec![0; minutes];
    for tick in 0..=minutes / period as usize {
        let at = phase + (tick * period as usize) as f64;
        for _ in 0..calls {
            if let Some(count) = counts.get_mut((at + drift * stream.uniform()) as usize) {
                *count += 1;
            }
        }
    }
    counts
}

/// Poisson counts at a rate whose logarithm is an AR(1) process.
fn irregular(stream: &mut Stream, minutes: usize) -> Vec<u32> {
    let mean = bounded_pareto(stream, RATES_PER_MINUTE);
    let deviation = (LOG_VARIANCE * stream.exponential()).sqrt();
    let memory = if stream.chance(REMEMBERING) { MEMORY } else { 0.0 };
    let mut level = stream.normal();
    let rate = |_| {
        level = memory * level + (1.0 - memory * memory).sqrt() * stream.normal();
        libm::exp(deviation * level)
    };
    let rates: Vec<f64> = (0..minutes).map(rate).collect();
    // A log-normal mean is made by rare giants. Dividing by the mean that came up keeps the function
    // at the rate that it drew, however short the trace.
    let scale = mean * minutes as f64 / rates.iter().sum::<f64>();
    rates.into_iter().map(|rate| poisson(stream, rate * scale)).collect()
}

/// A Poisson count: how many unit exponentials fit into the mean.
fn poisson(stream: &mut Stream, mean: f64) -> u32 {
    let mut left = mean;
    let mut count = 0;
    loop {
        left -= stream.exponential();
        if left < 0.0 {
            return count;
        }
        count += 1;
    }
}

fn durations(stream: &mut Stream) -> Durations {
    let [mean, deviation] = LOG_DURATION;
    let median = mean + deviation * stream.normal();
    let [tail, change, own, least] = TAIL;
    let tail = (tail + change * (median - mean) + own * stream.normal()).max(least);
    let milliseconds = DURATION_SHAPE
        .map(|place| libm::exp(median + place * tail).clamp(0.0, LONGEST_MILLISECONDS).round());
    let mut durations = Durations { average_milliseconds: 0.0, count: 0, milliseconds };
    durations.average_milliseconds =
        durations.service_spec().service().map_or(0.0, |service| 1000.0 * service.mean_seconds());
    durations
}

fn memory(stream: &mut Stream) -> Memory {
    let [mean, deviation] = LOG_MEMORY;
    let median = mean + deviation * stream.normal();
    let megabytes = MEMORY_SHAPE.map(|place| libm::exp(median + place).round());
    Memory { average_megabytes: megabytes[3], megabytes }
}

/// By inversion.
fn bounded_pareto(stream: &mut Stream, [low, high]: [f64; 2]) -> f64 {
    let (most, least) = (libm::pow(low, -RATE_EXPONENT), libm::pow(high, -RATE_EXPONENT));
    libm::pow(most - stream.uniform() * (most - least), -1.0 / RATE_EXPONENT)
}

fn weighted<T: Copy>(stream: &mut Stream, choices: &[(T, f64)]) -> T {
    let total: f64 = choices.iter().map(|&(_, weight)| weight).sum();
    let mut left = stream.uniform() * total;
    for &(choice, weight) in choices {
        left -= weight;
        if left < 0.0 {
            return choice;
        }
    }
    choices[choices.len() - 1].0
}

#[cfg(test)]
mod tests;

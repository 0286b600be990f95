//! Arrivals: the instants at which requests reach one workload.

mod diurnal;
mod exact;
mod modulated;
mod ramps;
mod replay;
#[cfg(test)]
mod tests;

use std::iter::FusedIterator;

pub(crate) use diurnal::Diurnal;
pub(crate) use exact::Exact;
pub(crate) use modulated::{Modulated, State};
pub(crate) use ramps::{Ramp, Ramps};
pub(crate) use replay::Replay;

use crate::Stream;

/// Nanoseconds in a second, for the floats in which processes keep their time.
pub(crate) const SECOND: f64 = 1e9;
/// Nanoseconds in a minute, the grain of the Azure 2019 counts.
pub(crate) const MINUTE: f64 = 60.0 * SECOND;
/// No pattern goes on beyond 2⁵³ ns (104 days): up to there a float tells nanoseconds apart, so
/// processes can add up fractions of them and no rounding biases a rate.
pub(crate) const HORIZON: f64 = (1u64 << 53) as f64;

/// How requests arrive: validated, cheap to clone (data is shared), and the same for every seed and
/// every policy of a race. Made by [`ArrivalSpec::plan`](crate::ArrivalSpec::plan).
#[derive(Debug, Clone)]
pub struct ArrivalPlan {
    pub(crate) source: Source,
    /// Where in the pattern the first instant lies, in nanoseconds.
    pub(crate) offset: f64,
    /// Where in the pattern the arrivals end, in nanoseconds.
    pub(crate) end: f64,
}

impl ArrivalPlan {
    /// Starts the arrivals at instant 0. The whole sequence is a function of the stream.
    ///
    /// What the pattern holds before its offset is drawn and dropped here, so that moving the offset
    /// moves the window over one and the same sequence.
    pub fn start(&self, mut stream: Stream) -> Arrivals {
        let mut source = self.source.clone();
        if let Source::Modulated(modulated) = &mut source {
            modulated.settle(&mut stream);
        }
        let mut arrivals =
            Arrivals { source, stream, offset: self.offset, end: self.end, ahead: None };
        if self.offset > 0.0 {
            arrivals.ahead = arrivals.advance();
            while arrivals.ahead.is_some_and(|at| at < self.offset) {
                arrivals.ahead = arrivals.advance();
            }
        }
        arrivals
    }

    /// Mean rate per second over the whole pattern, whatever the offset and the limit: in the long
    /// run for patterns without an end, over their length for those with one.
    pub fn mean_rate_per_second(&self) -> f64 {
        SECOND
            * match &self.source {
                Source::Constant { gap, .. } | Source::Poisson { gap, .. } => 1.0 / gap,
                Source::Modulated(modulated) => modulated.mean_rate(),
                Source::Diurnal(diurnal) => diurnal.mean_rate(),
                Source::Ramps(ramps) => ramps.mean_rate(),
                Source::Exact(exact) => exact.mean_rate(),
                Source::Replay(replay) => replay.mean_rate(),
                Source::Ended => 0.0,
            }
    }
}

/// The arrivals of one workload under one seed: an iterator of instants in nanoseconds since the
/// start, never falling. Equal instants are separate arrivals.
///
/// Memory does not grow with the number of arrivals. For batches use the iterator's own means, such
/// as `buffer.extend(arrivals.by_ref().take(256))`.
#[derive(Debug, Clone)]
pub struct Arrivals {
    source: Source,
    stream: Stream,
    offset: f64,
    end: f64,
    /// The first instant after the offset, found while skipping what lies before.
    ahead: Option<f64>,
}

/// A point process; instants are nanoseconds since the start of the pattern.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    /// The k-th arrival (from 1) at `k × gap`.
    Constant { gap: f64, count: f64 },
    /// Independent exponential gaps.
    Poisson { gap: f64, now: f64 },
    /// A Poisson process whose rate jumps between states.
    Modulated(Modulated),
    /// A Poisson process with a sinusoidal rate.
    Diurnal(Diurnal),
    /// A Poisson process with a piecewise linear rate.
    Ramps(Ramps),
    /// Given numbers of arrivals in each minute.
    Exact(Exact),
    /// Given instants.
    Replay(Replay),
    /// No more arrivals.
    Ended,
}

impl Source {
    /// How long the pattern goes on, in nanoseconds.
    pub(crate) fn length(&self) -> f64 {
        match self {
            Self::Ramps(ramps) => ramps.length(),
            Self::Exact(exact) => exact.length(),
            Self::Replay(replay) => replay.length(),
            _ => HORIZON,
        }
    }
}

impl Arrivals {
    /// How long the trace says that the last yielded request ran, in seconds; none where the
    /// pattern knows no durations.
    pub fn recorded_seconds(&self) -> Option<f64> {
        match &self.source {
            Source::Replay(replay) => replay.last_duration_seconds(),
            _ => None,
        }
    }

    #[inline]
    fn advance(&mut self) -> Option<f64> {
        let stream = &mut self.stream;
        let at = match &mut self.source {
            Source::Poisson { gap, now } => {
                *now += stream.exponential() * *gap;
                Some(*now)
            }
            Source::Constant { gap, count } => {
                *count += 1.0;
                Some(*count * *gap)
            }
            Source::Modulated(modulated) => modulated.next(stream, self.end),
            Source::Diurnal(diurnal) => diurnal.next(stream),
            Source::Ramps(ramps) => ramps.next(stream),
            Source::Exact(exact) => exact.next(stream),
            Source::Replay(replay) => replay.next(stream),
            Source::Ended => None,
        };
        match at {
            Some(at) if at < self.end => Some(at),
            _ => {
                self.source = Source::Ended;
                None
            }
        }
    }
}

impl Iterator for Arrivals {
    type Item = u64;

    #[inline]
    fn next(&mut self) -> Option<u64> {
        let at = match self.ahead.take() {
            Some(at) => at,
            None => self.advance()?,
        };
        Some((at - self.offset) as u64)
    }
}

impl FusedIterator for Arrivals {}

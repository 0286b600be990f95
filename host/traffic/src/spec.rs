//! The settings of arrivals, as a file gives them.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::arrivals::{
    ArrivalPlan, Diurnal, Exact, HORIZON, MINUTE, Modulated, Ramp, Ramps, Replay, SECOND, Source,
    State,
};
use crate::setting::{SpecError, not_negative, positive, within};
use crate::trace::Traces;

/// How requests arrive at one workload: a process and how it is scaled and cut. In a file they are
/// one map: `{ kind: poisson, rate_per_second: 30, scale: 2 }`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ArrivalSpec {
    /// The process. It alone denies unknown fields, for itself and for the fields below, because
    /// it is handed whatever these do not take.
    #[serde(flatten)]
    pub process: ProcessSpec,
    /// Factor on every rate and every count, > 0.
    #[serde(default = "one")]
    pub scale: f64,
    /// Where in the pattern the arrivals begin, in seconds, ≥ 0: instant 0 is there.
    #[serde(default)]
    pub offset_seconds: f64,
    /// For how long requests arrive, in seconds, > 0; without it as long as the pattern goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit_seconds: Option<f64>,
}

/// The process that makes the arrivals: `kind` in kebab case, settings in snake case with the unit
/// in the name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum ProcessSpec {
    /// Equal gaps; the k-th request comes at k / rate, from k = 1.
    Constant {
        /// Requests per second, > 0.
        rate_per_second: f64,
    },
    /// A Poisson process.
    Poisson {
        /// Requests per second, > 0.
        rate_per_second: f64,
    },
    /// A Poisson process whose rate jumps between states (MMPP). The next state is any of the others
    /// with equal probability; the first is drawn from the long-run shares.
    Mmpp {
        /// At least one.
        states: Vec<StateSpec>,
    },
    /// A Poisson process with the rate `mean × (1 + amplitude × sin(2π (t + phase) / period))`.
    Diurnal {
        /// Requests per second over a whole period, > 0.
        mean_rate_per_second: f64,
        /// In `[0, 1]`.
        amplitude_ratio: f64,
        /// Length of a period in seconds, > 0; a day unless given.
        #[serde(default = "day")]
        period_seconds: f64,
        /// How far into the sine the pattern begins, in seconds, ≥ 0.
        #[serde(default)]
        phase_seconds: f64,
    },
    /// A Poisson process that rises from its base to a peak, stays there, and falls back, linearly.
    FlashCrowd {
        /// Requests per second before and after, ≥ 0.
        base_rate_per_second: f64,
        /// Requests per second at the peak, > 0 and not below the base.
        peak_rate_per_second: f64,
        /// When the rise begins, in seconds, ≥ 0.
        start_seconds: f64,
        /// How long the rise takes, in seconds, ≥ 0.
        ramp_up_seconds: f64,
        /// How long the peak lasts, in seconds, ≥ 0.
        plateau_seconds: f64,
        /// How long the fall takes, in seconds, ≥ 0.
        decay_seconds: f64,
    },
    /// Given counts, one a minute.
    Counts {
        /// Requests in each minute, at least one of them above 0.
        counts_per_minute: Vec<u32>,
        /// How they are placed.
        #[serde(default)]
        placement: Placement,
    },
    /// The counts of one function of the Azure 2019 trace.
    #[serde(rename = "azure2019")]
    Azure2019 {
        /// The function's name; or else its rank.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        function: Option<String>,
        /// The function's place by number of invocations, the busiest at 1.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rank: Option<usize>,
        /// How its counts are placed.
        #[serde(default)]
        placement: Placement,
    },
    /// The invocations of the Azure 2021 trace, at their own instants and with their own durations.
    #[serde(rename = "azure2021")]
    Azure2021 {
        /// The function's name; all functions together without it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        function: Option<String>,
        /// By how much a copy may come later than its original, in seconds, > 0; copies exist where
        /// `scale` is above 1.
        #[serde(default = "one")]
        jitter_seconds: f64,
    },
}

/// A state of a modulated process.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StateSpec {
    /// Requests per second, ≥ 0, and above 0 in at least one state.
    pub rate_per_second: f64,
    /// Mean of the exponential time spent in the state, in seconds, ≥ 0.001.
    pub mean_sojourn_seconds: f64,
}

/// How the counts of minutes become instants.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Placement {
    /// A Poisson process at the minute's rate: counts vary around the trace's.
    #[default]
    Poisson,
    /// Exactly as many as counted, at uniform places in the minute. A scale that makes a count
    /// fractional rounds it up with the probability of the fraction, so that the mean is exact.
    Exact,
}

/// Above this the gaps come near the nanosecond that instants are counted in.
const RATE_LIMIT: f64 = 1e8;
/// Above this a single trace invocation becomes a flood in memory.
const SCALE_LIMIT: f64 = 1e6;

fn one() -> f64 {
    1.0
}

fn day() -> f64 {
    86_400.0
}

impl ArrivalSpec {
    /// The process as it is: not scaled, from its beginning, without a limit.
    pub fn new(process: ProcessSpec) -> Self {
        Self { process, scale: 1.0, offset_seconds: 0.0, limit_seconds: None }
    }

    /// Validates the settings and looks up what they name in the traces.
    ///
    /// # Errors
    /// [`SpecError`] names the first setting that makes no sense, and what would.
    pub fn plan(&self, traces: &Traces) -> Result<ArrivalPlan, SpecError> {
        let meets = self.scale > 0.0 && self.scale <= SCALE_LIMIT;
        let scale = within("scale", self.scale, meets, "above 0 and at most 1000000")?;
        let offset = SECOND * not_negative("offset_seconds", self.offset_seconds)?;
        let length = match self.limit_seconds {
            Some(limit) => SECOND * positive("limit_seconds", limit)?,
            None => HORIZON,
        };
        let source = self.process.source(scale, traces)?;
        Ok(ArrivalPlan { source, offset, end: (offset + length).min(HORIZON) })
    }
}

impl ProcessSpec {
    fn source(&self, scale: f64, traces: &Traces) -> Result<Source, SpecError> {
        Ok(match self {
            Self::Constant { rate_per_second } => {
                let rate = rate("rate_per_second", *rate_per_second, scale, true)?;
                Source::Constant { gap: 1.0 / rate, count: 0.0 }
            }
            Self::Poisson { rate_per_second } => {
                let rate = rate("rate_per_second", *rate_per_second, scale, true)?;
                Source::Poisson { gap: 1.0 / rate, now: 0.0 }
            }
            Self::Mmpp { states } => Source::Modulated(modulated(states, scale)?),
            Self::Diurnal {
                mean_rate_per_second,
                amplitude_ratio,
                period_seconds,
                phase_seconds,
            } => {
                let mean = rate("mean_rate_per_second", *mean_rate_per_second, scale, true)?;
                let meets = (0.0..=1.0).contains(amplitude_ratio);
                let amplitude =
                    within("amplitude_ratio", *amplitude_ratio, meets, "within 0 and 1")?;
                let period = SECOND * positive("period_seconds", *period_seconds)?;
                let phase = SECOND * not_negative("phase_seconds", *phase_seconds)?;
                Source::Diurnal(Diurnal::new(mean, amplitude, period, phase))
            }
            Self::FlashCrowd { .. } => Source::Ramps(self.flash_crowd(scale)?),
            Self::Counts { counts_per_minute, placement } => {
                placed(counts_per_minute.as_slice().into(), *placement, scale)?
            }
            Self::Azure2019 { function, rank, placement } => {
                let trace = traces.azure2019.as_ref();
                let trace = trace.ok_or(SpecError::NoTrace { kind: "azure2019" })?;
                let function = match (function, rank) {
                    (Some(name), None) => trace.function(name)?,
                    (None, Some(rank)) => trace.ranked(*rank)?,
                    _ => {
                        return Err(SpecError::Unusable {
                            field: "function",
                            problem: "or rank must be given, and not both",
                        });
                    }
                };
                placed(Arc::clone(&function.counts_per_minute), *placement, scale)?
            }
            Self::Azure2021 { function, jitter_seconds } => {
                let trace = traces.azure2021.as_ref();
                let trace = trace.ok_or(SpecError::NoTrace { kind: "azure2021" })?;
                let meets = (1e-9..=86_400.0).contains(jitter_seconds);
                let expected = "above 0 and at most 86400";
                let jitter = within("jitter_seconds", *jitter_seconds, meets, expected)?;
                let invocations = match function {
                    Some(name) => trace.of(name)?,
                    None => Arc::clone(&trace.invocations),
                };
                Source::Replay(Replay::new(invocations, scale, (jitter * SECOND) as u64))
            }
        })
    }

    fn flash_crowd(&self, scale: f64) -> Result<Ramps, SpecError> {
        let Self::FlashCrowd {
            base_rate_per_second,
            peak_rate_per_second,
            start_seconds,
            ramp_up_seconds,
            plateau_seconds,
            decay_seconds,
        } = *self
        else {
            unreachable!("asked of a flash crowd only");
        };
        let base = rate("base_rate_per_second", base_rate_per_second, scale, false)?;
        let peak = rate("peak_rate_per_second", peak_rate_per_second, scale, true)?;
        if peak < base {
            return Err(SpecError::Contradiction {
                field: "peak_rate_per_second".into(),
                value: peak_rate_per_second,
                relation: "at least",
                other: "base_rate_per_second".into(),
                limit: base_rate_per_second,
            });
        }
        let stretches = [
            ("start_seconds", start_seconds, base, base),
            ("ramp_up_seconds", ramp_up_seconds, base, peak),
            ("plateau_seconds", plateau_seconds, peak, peak),
            ("decay_seconds", decay_seconds, peak, base),
        ];
        let mut ramps = Vec::with_capacity(stretches.len() + 1);
        let mut start = 0.0;
        for (field, seconds, from, to) in stretches {
            let end = start + SECOND * not_negative(field, seconds)?;
            if end > start {
                ramps.push(Ramp { start, end, rate: from, slope: (to - from) / (end - start) });
            }
            start = end;
        }
        if start < HORIZON {
            ramps.push(Ramp { start, end: HORIZON, rate: base, slope: 0.0 });
        }
        Ok(Ramps::new(ramps))
    }
}

/// A rate per second, scaled, per nanosecond.
fn rate(
    field: impl Into<String>,
    per_second: f64,
    scale: f64,
    above_zero: bool,
) -> Result<f64, SpecError> {
    let field = field.into();
    if above_zero {
        positive(field.as_str(), per_second)?;
    } else {
        not_negative(field.as_str(), per_second)?;
    }
    let scaled = per_second * scale;
    let expected = "at most 100000000 when scaled";
    within(field, scaled, scaled <= RATE_LIMIT, expected)?;
    Ok(scaled / SECOND)
}

fn modulated(states: &[StateSpec], scale: f64) -> Result<Modulated, SpecError> {
    if !states.iter().any(|state| state.rate_per_second != 0.0) {
        return Err(SpecError::Unusable {
            field: "states",
            problem: "hold no rate above 0: give at least one state that sends requests",
        });
    }
    let validated = states.iter().enumerate().map(|(index, state)| {
        let field = format!("states[{index}].rate_per_second");
        let rate = rate(field, state.rate_per_second, scale, false)?;
        let field = format!("states[{index}].mean_sojourn_seconds");
        let meets = state.mean_sojourn_seconds >= 0.001;
        let sojourn = within(field, state.mean_sojourn_seconds, meets, "at least 0.001")?;
        Ok(State { rate, sojourn: sojourn * SECOND })
    });
    Ok(Modulated::new(validated.collect::<Result<Vec<_>, SpecError>>()?))
}

fn placed(counts: Arc<[u32]>, placement: Placement, scale: f64) -> Result<Source, SpecError> {
    let Some(&most) = counts.iter().max().filter(|&&most| most > 0) else {
        return Err(SpecError::Unusable {
            field: "counts_per_minute",
            problem: "hold no request: at least one minute needs a count above 0",
        });
    };
    rate("the highest count divided by 60", f64::from(most) / 60.0, scale, true)?;
    Ok(match placement {
        Placement::Exact => Source::Exact(Exact::new(counts, scale)),
        Placement::Poisson => {
            let ramp = |(minute, &count): (usize, &u32)| Ramp {
                start: minute as f64 * MINUTE,
                end: (minute + 1) as f64 * MINUTE,
                rate: f64::from(count) * scale / MINUTE,
                slope: 0.0,
            };
            Source::Ramps(Ramps::new(counts.iter().enumerate().map(ramp).collect::<Vec<_>>()))
        }
    })
}

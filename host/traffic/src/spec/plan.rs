//! From settings to a plan: every number is judged here, once.

use std::sync::Arc;

use super::{ArrivalSpec, FlashCrowd, Placement, ProcessSpec, StateSpec};
use crate::arrivals::{
    ArrivalPlan, Diurnal, Exact, HORIZON, MINUTE, Modulated, Ramp, Ramps, Replay, SECOND, Source,
    State,
};
use crate::setting::{SpecError, not_negative, positive, within};
use crate::trace::Traces;

/// Above this the gaps come near the nanosecond that instants are counted in.
const RATE_LIMIT: f64 = 1e8;
/// Above this a single trace invocation becomes a flood in memory.
const SCALE_LIMIT: f64 = 1e6;

impl ArrivalSpec {
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
        if offset > source.length() {
            return Err(SpecError::Contradiction {
                field: "offset_seconds".into(),
                value: self.offset_seconds,
                relation: "at most",
                other: "the length of the pattern in seconds".into(),
                limit: source.length() / SECOND,
            });
        }
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
            Self::FlashCrowd(crowd) => Source::Ramps(crowd.ramps(scale)?),
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
}

impl FlashCrowd {
    /// Base, rise, peak, fall, and the base for good.
    fn ramps(&self, scale: f64) -> Result<Ramps, SpecError> {
        let base = rate("base_rate_per_second", self.base_rate_per_second, scale, false)?;
        let peak = rate("peak_rate_per_second", self.peak_rate_per_second, scale, true)?;
        if peak < base {
            return Err(SpecError::Contradiction {
                field: "peak_rate_per_second".into(),
                value: self.peak_rate_per_second,
                relation: "at least",
                other: "base_rate_per_second".into(),
                limit: self.base_rate_per_second,
            });
        }
        let stretches = [
            ("start_seconds", self.start_seconds, base, base),
            ("ramp_up_seconds", self.ramp_up_seconds, base, peak),
            ("plateau_seconds", self.plateau_seconds, peak, peak),
            ("decay_seconds", self.decay_seconds, peak, base),
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

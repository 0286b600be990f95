//! SCARLET's reward, joint over a group: −1 when any workload breaks its latency objective, else
//! 1 − (mean of tail latency / objective)^0.4.

use reward_sdk::{Reward, SettingError, Terms, Transitions};

pub mod settings;

use settings::{Settings, Unserved};

const TAIL: usize = 0;
const QUEUE: usize = 1;
/// Present only where the settings give no objective.
const OBJECTIVE: usize = 2;

/// What breaking an objective costs, whatever else happened.
const VIOLATION: f64 = -1.0;

/// The reward function.
#[derive(Debug)]
pub struct Scarlet {
    settings: Settings,
}

/// What one workload adds to the group's score.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Part {
    /// It breaks its objective.
    Violation,
    /// It keeps it: tail latency / objective, in 0..1.
    Kept(f64),
    /// It has an objective and nothing to judge by.
    Silent,
    /// It has no objective.
    Free,
}

impl Reward for Scarlet {
    type Settings = Settings;

    const NAME: &'static str = "scarlet";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");

    fn check(settings: &Settings) -> Vec<SettingError> {
        settings.complaints()
    }

    fn new(settings: Settings) -> Self {
        Self { settings }
    }

    fn terms(&self) -> Terms {
        let mut columns = vec![self.settings.tail.column().to_owned(), "queue_length".to_owned()];
        if self.settings.slo_seconds.is_none() {
            columns.push("latency_slo_seconds".to_owned());
        }
        Terms { columns, minimum: VIOLATION, maximum: 1.0 }
    }

    fn score(&mut self, transitions: &Transitions) -> Result<Vec<f64>, String> {
        let rows = transitions.rows();
        let parts: Vec<_> = (0..rows).map(|row| self.part(transitions, row)).collect();
        if rows > 0 && parts.iter().all(|part| *part == Part::Free) {
            return Err("no workload of the group has a latency objective: set `slo_seconds`, or \
                        give at least one `latency_slo_seconds`"
                .to_owned());
        }
        Ok(vec![self.joint(&parts); rows])
    }
}

impl Scarlet {
    fn part(&self, transitions: &Transitions, row: usize) -> Part {
        let objective = match self.settings.slo_seconds {
            Some(seconds) => Some(seconds),
            None => transitions.after(OBJECTIVE, row),
        };
        let Some(objective) = objective.filter(|seconds| *seconds > 0.0 && seconds.is_finite())
        else {
            return Part::Free;
        };
        match transitions.after(TAIL, row) {
            Some(tail) if tail > objective => Part::Violation,
            Some(tail) => Part::Kept((tail / objective).max(0.0)),
            None if self.waits(transitions, row) => Part::Violation,
            None => Part::Silent,
        }
    }

    /// Requests wait and none has ended: holding them back must not pay.
    fn waits(&self, transitions: &Transitions, row: usize) -> bool {
        self.settings.unserved == Unserved::Violation
            && transitions.after(QUEUE, row).is_some_and(|length| length > 0.0)
    }

    fn joint(&self, parts: &[Part]) -> f64 {
        if parts.contains(&Part::Violation) {
            return VIOLATION;
        }
        let ratios = parts.iter().filter_map(|part| match part {
            Part::Kept(ratio) => Some(*ratio),
            _ => None,
        });
        let (sum, count) =
            ratios.fold((0.0, 0_u32), |(sum, count), ratio| (sum + ratio, count + 1));
        // Where nothing was served nothing was late.
        let mean = if count == 0 { 0.0 } else { (sum / f64::from(count)).min(1.0) };
        1.0 - mean.powf(self.settings.exponent)
    }
}

reward_sdk::export!(Scarlet);

#[cfg(test)]
mod tests;

//! Rules: what is measured of a function, and for how long.

use std::time::Duration;

use super::CalibrationError;

/// What is measured, and for how long. Cells are measured limit by limit, each with every number of
/// callers, in the order given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalibrationRules {
    /// CPU limits in millicores; none for no limit.
    pub limits_millicores: Vec<Option<u32>>,
    /// Callers at a time, each ≥ 1. Rising, or memory that a replica keeps is told of too few.
    pub concurrencies: Vec<u32>,
    /// Before each cell, requests of this time do not count.
    pub warm_up: Duration,
    /// How long a cell lasts at least, > 0.
    pub measure: Duration,
    /// A cell goes on until so many requests have ended.
    pub least_requests: u64,
    /// But not longer than this. A function that has answered nothing by then is given up.
    pub measure_at_most: Duration,
    /// How often a replica is started to see how long that takes, ≥ 1.
    pub starts: u32,
}

impl Default for CalibrationRules {
    /// 200, 500 and 1000 millicores and no limit, with 1, 2 and 4 callers: 4 s a cell, or 100 requests
    /// but not over 15 s; 10 starts.
    fn default() -> Self {
        Self {
            limits_millicores: vec![Some(200), Some(500), Some(1000), None],
            concurrencies: vec![1, 2, 4],
            warm_up: Duration::from_millis(500),
            measure: Duration::from_secs(4),
            least_requests: 100,
            measure_at_most: Duration::from_secs(15),
            starts: 10,
        }
    }
}

impl CalibrationRules {
    /// Judges what the types leave open.
    pub(super) fn check(&self) -> Result<(), CalibrationError> {
        let problem = if self.limits_millicores.is_empty() {
            "`limits_millicores` is empty; a limit of none stands for no limit"
        } else if self.concurrencies.is_empty() {
            "`concurrencies` is empty; 1 is the least"
        } else if self.concurrencies.contains(&0) {
            "`concurrencies` holds 0; 1 is the least"
        } else if self.measure.is_zero() {
            "`measure` is 0; a cell takes some seconds"
        } else if self.measure_at_most < self.measure {
            "`measure_at_most` is below `measure`; make it longer"
        } else if self.starts == 0 {
            "`starts` is 0; 1 is the least"
        } else {
            return Ok(());
        };
        Err(CalibrationError::Rules { problem })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_rules_make_sense_and_others_are_refused_by_name() {
        assert!(CalibrationRules::default().check().is_ok());
        let check = |change: fn(&mut CalibrationRules), name: &str| {
            let mut rules = CalibrationRules::default();
            change(&mut rules);
            let error = rules.check().unwrap_err().to_string();
            assert!(error.contains(&format!("`{name}`")), "{error}");
        };
        check(|rules| rules.limits_millicores.clear(), "limits_millicores");
        check(|rules| rules.concurrencies.clear(), "concurrencies");
        check(|rules| rules.concurrencies.push(0), "concurrencies");
        check(|rules| rules.measure = Duration::ZERO, "measure");
        check(|rules| rules.measure_at_most = Duration::from_secs(1), "measure_at_most");
        check(|rules| rules.starts = 0, "starts");
    }
}

//! Measurement: cells on one replica, one after the other.

use std::time::Duration;

use tokio::time::sleep;

use super::callers::Callers;
use super::figures::{Counts, cell};
use super::site::Site;
use super::subject::Subject;
use super::{CalibrationError, CalibrationRules, CellMeasured};

/// Between two looks at a cell under way.
const LOOK: Duration = Duration::from_millis(100);
/// Before a cell: two periods of the kernel's, so that what the last one overdrew is paid back.
const REST: Duration = Duration::from_millis(200);

/// Measures the cells of one replica.
#[derive(Debug)]
pub(super) struct Measurement<'a> {
    pub(super) site: &'a Site<'a>,
    pub(super) subject: &'a Subject<'a>,
    pub(super) rules: &'a CalibrationRules,
    limit_millicores: Option<u32>,
}

impl<'a> Measurement<'a> {
    pub(super) fn new(
        site: &'a Site<'a>,
        subject: &'a Subject<'a>,
        rules: &'a CalibrationRules,
    ) -> Self {
        Self { site, subject, rules, limit_millicores: None }
    }

    /// Sets each limit once, so that one that cannot be set is found out before time was spent.
    pub(super) fn check_limits(&self, limits: &[Option<u32>]) -> Result<(), CalibrationError> {
        limits.iter().try_for_each(|&limit| self.subject.resize(limit))
    }

    /// Has it answer for as long as a warm-up takes, at least once. Gives its memory at rest.
    pub(super) async fn first_answers(
        &mut self,
        limit_millicores: Option<u32>,
    ) -> Result<u64, CalibrationError> {
        let callers = self.begin(limit_millicores, 1).await?;
        self.judge(&callers, 1)?;
        self.end(callers).await;
        sleep(REST).await;
        Ok(self.subject.usage()?.memory_bytes)
    }

    /// Measures one cell.
    pub(super) async fn cell(
        &mut self,
        limit_millicores: Option<u32>,
        concurrency: u32,
    ) -> Result<CellMeasured, CalibrationError> {
        let callers = self.begin(limit_millicores, concurrency).await?;
        self.judge(&callers, concurrency)?;
        // Whoever is under way at the beginning ends in the cell, and whoever is at the end does not:
        // in a closed loop one makes up for the other.
        let before = self.read()?;
        let (rules, ended, failed) = (self.rules, callers.ended(), callers.failed());
        let memory_bytes = self
            .watch(&callers, |elapsed| {
                let enough = callers.ended() - ended >= rules.least_requests;
                elapsed >= rules.measure && (enough || elapsed >= rules.measure_at_most)
            })
            .await?;
        let failed = callers.failed() - failed;
        let counts = Counts { memory_bytes, failed, ..self.counts_since(&before)? };
        let judged = match cell(limit_millicores, concurrency, &counts) {
            Some(measured) if 2 * measured.failed <= measured.requests => Ok(measured),
            Some(measured) => Err(self.failing(&callers, measured.requests, measured.failed)),
            None => match counts.window.ended() {
                0 => Err(self.silent(concurrency)),
                ended => Err(self.failing(&callers, ended, ended)),
            },
        };
        self.end(callers).await;
        judged
    }

    /// Sets this limit, and rests.
    pub(super) async fn rest(
        &mut self,
        limit_millicores: Option<u32>,
    ) -> Result<(), CalibrationError> {
        self.limit_millicores = limit_millicores;
        self.subject.resize(limit_millicores)?;
        sleep(REST).await;
        Ok(())
    }

    /// Rests, and then lets callers ask for as long as the warm-up takes, and until each might have
    /// been answered once.
    async fn begin(
        &mut self,
        limit_millicores: Option<u32>,
        concurrency: u32,
    ) -> Result<Callers, CalibrationError> {
        self.rest(limit_millicores).await?;
        let callers = Callers::start(&self.site.question, concurrency);
        let CalibrationRules { warm_up, measure_at_most, .. } = *self.rules;
        self.watch(&callers, |elapsed| {
            let all = callers.ended() >= u64::from(concurrency);
            elapsed >= warm_up && (all || elapsed >= measure_at_most)
        })
        .await?;
        Ok(callers)
    }

    /// Looks on until it is enough, given how long it has been. Gives what memory was in use.
    async fn watch(
        &self,
        callers: &Callers,
        is_enough: impl Fn(Duration) -> bool,
    ) -> Result<Vec<f64>, CalibrationError> {
        let began = self.site.now();
        let mut memory_bytes = Vec::new();
        while !is_enough(self.site.now() - began) {
            tokio::select! {
                ended = self.subject.replica.ended() => return Err(CalibrationError::Ended {
                    function: self.site.fleet.workload.name.clone(),
                    program: self.site.fleet.program.clone(),
                    limit_millicores: self.limit_millicores,
                    complaint: self.subject.complaint(&ended),
                }),
                () = sleep(LOOK) => {}
            }
            if callers.failed() > 0 {
                self.subject.mend()?;
            }
            // One that has just ended is told above.
            memory_bytes
                .extend(self.subject.replica.usage().map(|usage| usage.memory_bytes as f64));
        }
        Ok(memory_bytes)
    }

    /// Whether it is worth going on after the warm-up.
    fn judge(&self, callers: &Callers, concurrency: u32) -> Result<(), CalibrationError> {
        match (callers.ended(), callers.failed()) {
            (0, _) => Err(self.silent(concurrency)),
            (ended, failed) if 2 * failed > ended => Err(self.failing(callers, ended, failed)),
            _ => Ok(()),
        }
    }

    /// The next cell begins when nobody asks any more.
    async fn end(&self, mut callers: Callers) {
        callers.stop(self.rules.measure_at_most).await;
    }

    pub(super) fn silent(&self, concurrency: u32) -> CalibrationError {
        CalibrationError::Silent {
            function: self.site.fleet.workload.name.clone(),
            program: self.site.fleet.program.clone(),
            limit_millicores: self.limit_millicores,
            concurrency,
            within: self.rules.measure_at_most,
        }
    }

    fn failing(&self, callers: &Callers, requests: u64, failed: u64) -> CalibrationError {
        CalibrationError::Failing {
            function: self.site.fleet.workload.name.clone(),
            program: self.site.fleet.program.clone(),
            limit_millicores: self.limit_millicores,
            requests,
            failed,
            complaint: callers.complaint().unwrap_or_else(|| "no answer".to_owned()),
        }
    }
}

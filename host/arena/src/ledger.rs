//! Ledger: the accounts of all workloads of an episode.

mod account;
mod measure;
mod track;

use std::time::Duration;

use account::Account;
use scaling::{Applied, Decision, Observations, Totals, Transitions, Workload, WorkloadId};

use crate::episode::Scores;
use crate::lap::Row;
use crate::results::{Measures, Series, WorkloadMeasures};

/// The accounts of all workloads that ever took part, in the order in which they came.
pub(crate) struct Ledger {
    accounts: Vec<Account>,
    rewards: usize,
    /// First complaint of each reward.
    complaints: Vec<Option<String>>,
}

impl Ledger {
    pub(crate) fn new(rewards: usize) -> Self {
        Self { accounts: Vec::new(), rewards, complaints: vec![None; rewards] }
    }

    /// Opens accounts for whoever has none.
    pub(crate) fn open(&mut self, workloads: &[Workload], now: &Observations) {
        for (row, workload) in workloads.iter().enumerate() {
            if position(&self.accounts, row, workload.id).is_none() {
                self.accounts.push(Account::new(workload, self.rewards, now));
            }
        }
    }

    /// Books what was decided and done; `answered` only if it was the policy's turn.
    pub(crate) fn record(
        &mut self,
        decisions: &[Decision],
        applied: &[Applied],
        answered: Option<&[Row]>,
    ) {
        for (row, (decision, applied)) in decisions.iter().zip(applied).enumerate() {
            if let Some(at) = position(&self.accounts, row, decision.workload) {
                let turn = answered.and_then(|answered| answered.get(row));
                self.accounts[at].record(decision, applied, turn);
            }
        }
    }

    /// Books what came of it.
    pub(crate) fn close(
        &mut self,
        transitions: &Transitions<'_>,
        decisions: &[Decision],
        scores: &[Scores],
    ) {
        // Before the first samples nothing can be scored, and a warm-up is in no measure.
        let counts = decisions.iter().any(|decision| !decision.warming_up);
        for (complaint, scores) in self.complaints.iter_mut().zip(scores) {
            if counts && complaint.is_none() {
                *complaint = scores.complaint.as_ref().map(ToString::to_string);
            }
        }
        for (index, transition) in transitions.rows.iter().enumerate() {
            let Some(at) = position(&self.accounts, transition.before_row, transition.workload)
            else {
                continue;
            };
            self.accounts[at].close(
                transitions.after,
                transition.after_row,
                decisions[transition.before_row].warming_up,
                scores.iter().map(|scores| scores.rewards[index]),
            );
        }
    }

    /// The measures of all workloads together, and of each.
    pub(crate) fn measures(&self, totals: &[Totals]) -> (Measures, Vec<WorkloadMeasures>) {
        let pairs: Vec<(&Account, Option<&Totals>)> = self
            .accounts
            .iter()
            .map(|account| (account, totals.iter().find(|totals| totals.workload == account.id)))
            .collect();
        let each = pairs
            .iter()
            .map(|pair| WorkloadMeasures {
                workload: pair.0.name.clone(),
                measures: measure::measures(std::slice::from_ref(pair), self.rewards),
            })
            .collect();
        (measure::measures(&pairs, self.rewards), each)
    }

    pub(crate) fn series(&self, tick: Duration) -> Vec<Series> {
        let series = |account: &Account| Series {
            workload: account.name.clone(),
            latency_slo_seconds: account.objective_seconds,
            ..account.track.series(tick)
        };
        self.accounts.iter().map(series).collect()
    }

    /// Everybody who ever took part.
    pub(crate) fn ids(&self) -> Vec<WorkloadId> {
        self.accounts.iter().map(|account| account.id).collect()
    }

    /// The first complaint of each reward, if any.
    pub(crate) fn into_complaints(self) -> Vec<Option<String>> {
        self.complaints
    }
}

/// Rows seldom move, so the same position is looked at first.
fn position(accounts: &[Account], row: usize, workload: WorkloadId) -> Option<usize> {
    match accounts.get(row) {
        Some(account) if account.id == workload => Some(row),
        _ => accounts.iter().position(|account| account.id == workload),
    }
}

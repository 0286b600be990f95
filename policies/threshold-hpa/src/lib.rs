//! The Kubernetes HorizontalPodAutoscaler (autoscaling/v2) as a policy.
//!
//! A batch is read by `observed` (pods, metrics and faults) or `columns` (means alone); each metric's
//! proposal comes from the `calculator`; a `turn` combines, stabilises and limits them with what
//! `history` remembers of the workload.

mod admission;
mod autoscaler;
mod behaviour;
mod calculator;
mod columns;
mod condition;
pub mod controller;
mod details;
mod explanation;
mod failure;
mod faults;
mod history;
mod ledger;
mod limit;
mod metric;
mod observed;
mod pods;
pub mod quantity;
mod selector;
mod snapshot;
pub mod spec;
mod stabilisation;
mod tolerance;
mod turn;

use sdk::{Advice, Batch, Needs, Policy, SettingError, recommendation};

use crate::autoscaler::Autoscaler;
use crate::calculator::Proposal;
use crate::columns::Layout;
use crate::condition::Reason;
use crate::details::{ByRow, Details};
use crate::explanation::Explanation;
use crate::failure::Failure;
use crate::faults::Faults;
use crate::ledger::Ledger;
use crate::metric::Metric;
use crate::observed::Observed;
use crate::snapshot::Snapshot;
use crate::spec::{PodsFrom, Settings};
use crate::turn::Situation;

/// The policy.
#[derive(Debug)]
pub struct ThresholdHpa {
    autoscaler: Autoscaler,
    pods: PodsFrom,
    layout: Layout,
    ledger: Ledger,
    outcomes: Vec<Result<Proposal, Failure>>,
}

impl Policy for ThresholdHpa {
    type Settings = Settings;

    const NAME: &'static str = "threshold-hpa";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const STATEFUL: bool = true;
    const REASONS: &'static [&'static str] = Reason::LABELS;

    fn check(settings: &Settings) -> Vec<SettingError> {
        admission::check(settings)
    }

    fn new(settings: Settings, _seed: u64) -> Self {
        let autoscaler = Autoscaler::from(&settings);
        Self {
            layout: Layout::new(&autoscaler, settings.pods),
            pods: settings.pods,
            ledger: Ledger::default(),
            outcomes: Vec::with_capacity(autoscaler.metrics.len()),
            autoscaler,
        }
    }

    fn needs(&self) -> Needs {
        let from_pods = self.pods == PodsFrom::Details;
        let any =
            |reads: fn(&Metric) -> bool| from_pods && self.autoscaler.metrics.iter().any(reads);
        let details = [
            ("pods", any(Metric::reads_pods)),
            ("metrics", any(Metric::reads_samples)),
            ("faults", true),
        ];
        Needs {
            period_milliseconds: 1000 * u64::from(self.autoscaler.controller.sync_period_seconds),
            columns: self.layout.names().to_vec(),
            details: details.iter().filter(|one| one.1).map(|one| one.0.to_owned()).collect(),
        }
    }

    fn decide(&mut self, batch: &Batch) -> Result<Advice, String> {
        let Self { autoscaler, pods, layout, ledger, outcomes } = self;
        let rows = batch.rows();
        let all = Details::of(batch).faults;
        let by_row = ByRow::of("faults", rows, all.iter().map(|fault| fault.row))?;
        let observed = match pods {
            PodsFrom::Details => Some(Observed::new(batch, autoscaler)?),
            PodsFrom::Columns => None,
        };
        let mut advice =
            Advice { recommendations: Vec::with_capacity(rows), explanations: Vec::new() };
        for (row, &workload) in batch.workloads.iter().enumerate() {
            let faults = Faults::new(all, &by_row, row);
            let situation = Situation {
                now: batch.now_nanoseconds,
                scale: layout.scale(batch, row),
                bounds: layout.bounds(autoscaler, batch, row),
                faults,
            };
            let history = ledger.open(workload, row);
            let turn = turn::pass(autoscaler, history, &situation, outcomes, |position, scale| {
                let metric = &autoscaler.metrics[position];
                match (faults.metric(metric), &observed) {
                    (Some(failure), _) => Err(failure),
                    (None, Some(observed)) => observed.propose(row, metric, scale, autoscaler),
                    (None, None) => layout.propose(batch, row, position, scale, autoscaler),
                }
            });
            let reason = turn.conditions.leading().index();
            advice.recommendations.push(recommendation(turn.replicas.map(f64::from), reason));
            if batch.explain {
                let scaled_to_zero = history.scaled_to_zero;
                let explanation =
                    Explanation { autoscaler, batch, situation, turn, outcomes, scaled_to_zero };
                let json = explanation.to_json();
                advice.explanations.push(sdk::Explanation { row: row as u32, json });
            }
        }
        Ok(advice)
    }

    fn forget(&mut self, workloads: &[u64]) {
        for &workload in workloads {
            self.ledger.remove(workload);
        }
    }

    fn snapshot(&self, workloads: &[u64]) -> Vec<u8> {
        let known = |&workload: &u64| Some((workload, self.ledger.get(workload)?));
        Snapshot::of(workloads.iter().filter_map(known)).to_json()
    }

    fn restore(&mut self, snapshot: &[u8]) -> Result<(), String> {
        for (workload, history) in Snapshot::read(snapshot)? {
            self.ledger.put(workload, history);
        }
        Ok(())
    }
}

sdk::export!(ThresholdHpa);

//! Turn: a line that is put to a policy: what to learn from, whom to forget, and a batch.

use std::collections::BTreeMap;

use scaling::{Column, Ending, Experiences, Observations, WorkloadId};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::columns::Columns;
use super::consequence::{Consequences, RawAction};
use super::instant::Seconds;
use super::load::Edge;
use super::observation::Observation;
use super::workload::WorkloadName;
use super::{Complaint, Context, parse};

/// A line that is put to a policy. It learns first, then forgets, then decides.
#[derive(Debug, Clone)]
pub(crate) struct Turn {
    /// The batch, its rows in the order of the line.
    pub(crate) observations: Observations,
    /// What the rows are called.
    pub(crate) workloads: Vec<WorkloadName>,
    /// Whether the policy may explore, if the line says so.
    pub(crate) explore: Option<bool>,
    /// Whether it should explain, if the line says so.
    pub(crate) explain: Option<bool>,
    /// Workloads that have left.
    pub(crate) forget: Vec<WorkloadId>,
    consequences: Consequences,
    outcomes: Vec<(f64, Ending)>,
}

impl Turn {
    /// What there is to learn for a policy that reads these columns, if anything.
    pub(crate) fn experiences(&self, columns: &[Column]) -> Option<Experiences> {
        if self.outcomes.is_empty() {
            return None;
        }
        let Consequences { before, after, actions } = &self.consequences;
        let mut experiences = Experiences::new(columns);
        for (row, (action, (reward, ending))) in actions.iter().zip(&self.outcomes).enumerate() {
            experiences.push((before, row), (after, row), *action, *reward, *ending);
        }
        Some(experiences)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a line: an object with `now_seconds`")]
struct RawTurn {
    tick: Option<u64>,
    now_seconds: Option<Seconds>,
    now_nanoseconds: Option<i64>,
    explore: Option<bool>,
    explain: Option<bool>,
    #[serde(default)]
    observations: Vec<Observation>,
    #[serde(default)]
    edges: Vec<Edge>,
    #[serde(default)]
    learn: Vec<RawExperience>,
    #[serde(default)]
    forget: Vec<WorkloadName>,
    /// What a simulation did then; nothing to a policy that is asked again.
    #[serde(default, rename = "decisions")]
    _decisions: IgnoredAny,
    #[serde(default, rename = "totals")]
    _totals: IgnoredAny,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "an experience: an object with `workload` and `reward`")]
struct RawExperience {
    workload: WorkloadName,
    #[serde(default)]
    before: Columns,
    #[serde(default)]
    after: Columns,
    #[serde(default)]
    action: RawAction,
    reward: f64,
    #[serde(default)]
    ending: RawEnding,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum RawEnding {
    #[default]
    Running,
    Terminated,
    Truncated,
}

impl From<RawEnding> for Ending {
    fn from(ending: RawEnding) -> Self {
        match ending {
            RawEnding::Running => Ending::Running,
            RawEnding::Terminated => Ending::Terminated,
            RawEnding::Truncated => Ending::Truncated,
        }
    }
}

impl Context {
    /// Reads a line that is put to a policy.
    pub(crate) fn turn(&mut self, line: &str) -> Result<Turn, Complaint> {
        let raw: RawTurn = parse(line)?;
        let (now, tick) = self.time(raw.now_seconds, raw.now_nanoseconds, raw.tick)?;
        let ids = self.distinct(&raw.observations)?;
        let mut observations = Observations::missing(now, tick, ids);
        let mut workloads = Vec::with_capacity(raw.observations.len());
        for (row, observation) in raw.observations.into_iter().enumerate() {
            observation.columns.fill(row, &mut observations);
            workloads.push(observation.workload.clone());
            observation.add_details(row as u32, &mut observations.details).map_err(
                |(place, message)| Complaint::at(format!("observations[{row}].{place}"), message),
            )?;
        }
        let mut rows = Vec::with_capacity(raw.learn.len());
        for (index, experience) in raw.learn.iter().enumerate() {
            let place = || format!("learn[{index}].workload");
            let workload = self.id(&experience.workload, place)?;
            rows.push((workload, &experience.before, &experience.after, &experience.action));
        }
        let consequences = Consequences::new(now, tick, &rows);
        let outcome = |experience: &RawExperience| (experience.reward, experience.ending.into());
        let outcomes = raw.learn.iter().map(outcome).collect();
        let forget = self.forgotten(&raw.forget)?;
        for (index, edge) in raw.edges.iter().enumerate() {
            let upstream = self.id(&edge.upstream, || format!("edges[{index}].upstream"))?;
            let downstream = self.id(&edge.downstream, || format!("edges[{index}].downstream"))?;
            observations.details.edges.push(edge.between(upstream, downstream));
        }
        let (explore, explain) = (raw.explore, raw.explain);
        Ok(Turn { observations, workloads, explore, explain, forget, consequences, outcomes })
    }

    /// The ids of a line's observations, each once.
    fn distinct(&mut self, observations: &[Observation]) -> Result<Vec<WorkloadId>, Complaint> {
        let mut rows = BTreeMap::new();
        let mut ids = Vec::with_capacity(observations.len());
        for (row, observation) in observations.iter().enumerate() {
            let place = || format!("observations[{row}].workload");
            let id = self.id(&observation.workload, place)?;
            if let Some(first) = rows.insert(id, row) {
                let workload = &observation.workload;
                return Err(Complaint::at(
                    place(),
                    format!(
                        "`{workload}` is observations[{first}] already: each workload once a line"
                    ),
                ));
            }
            ids.push(id);
        }
        Ok(ids)
    }
}

#[cfg(test)]
mod tests;

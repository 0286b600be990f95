//! Trial: one decision, or one score, under budget, before a component is let in.

use scaling::{
    Action, Batch, Column, Ending, Observations, Policy, Refusal, Reward, RewardError, Timestamp,
    Transition, Transitions, WorkloadId,
};

use crate::load::{Component, LoadError, PolicyComponent, RewardComponent};

/// How a trial went.
#[derive(Debug, Clone, PartialEq)]
pub enum Trial {
    /// It answered, or declined in its own words.
    Answered,
    /// There was none: without settings it does not start, and this is what it says.
    NeedsSettings {
        /// Its complaints, in one line.
        complaints: String,
    },
}

impl Component {
    /// Checks settings (JSON text) and asks for one answer about two workloads, one of which has no
    /// observations. Without settings it is tried with `{}`, if it takes that.
    pub fn try_out(&self, settings: Option<&str>) -> Result<Trial, LoadError> {
        let tried = settings.unwrap_or("{}");
        let valid = match self {
            Component::Policy(policy) => policy.validate_settings(tried),
            Component::Reward(reward) => reward.validate_settings(tried),
        };
        match valid {
            Err(LoadError::Settings(error)) if settings.is_none() => {
                return Ok(Trial::NeedsSettings { complaints: error.to_string() });
            }
            valid => valid?,
        }
        match self {
            Component::Policy(policy) => decide(policy, tried)?,
            Component::Reward(reward) => score(reward, tried)?,
        }
        Ok(Trial::Answered)
    }
}

fn decide(policy: &PolicyComponent, settings: &str) -> Result<(), LoadError> {
    let observations = observations(Timestamp::from_nanoseconds(60_000_000_000), 4);
    let batch =
        Batch { observations: &observations, rows: &[0, 1], explore: false, explain: false };
    let mut policy = policy.instantiate(settings, 0)?;
    let advice = policy.recommend(&batch);
    let broken = advice.answers.into_iter().filter_map(Result::err);
    match broken.into_iter().find(|refusal| !matches!(refusal, Refusal::Declined { .. })) {
        Some(refusal) => Err(LoadError::trial(&refusal, &policy.take_log())),
        None => Ok(()),
    }
}

fn score(reward: &RewardComponent, settings: &str) -> Result<(), LoadError> {
    let before = observations(Timestamp::from_nanoseconds(45_000_000_000), 3);
    let after = observations(Timestamp::from_nanoseconds(60_000_000_000), 4);
    let action = Action {
        replicas_before: 2,
        replicas_after: 3,
        cpu_millicores_before: 1000,
        cpu_millicores_after: 1000,
        memory_bytes_before: 1 << 28,
        memory_bytes_after: 1 << 28,
        illegal: false,
    };
    let rows = [Transition {
        workload: WorkloadId(0),
        before_row: 0,
        after_row: 0,
        action,
        ending: Ending::Running,
        learnable: true,
    }];
    let transitions = Transitions { before: &before, after: &after, rows: &rows };
    let mut reward = reward.instantiate(settings)?;
    match reward.score(&transitions) {
        Ok(_) | Err(RewardError::Declined { .. }) => Ok(()),
        Err(error) => Err(LoadError::trial(&error, &reward.take_log())),
    }
}

/// A plausible workload, and one of which nothing is known.
fn observations(now: Timestamp, tick: u64) -> Observations {
    let mut observations = Observations::missing(now, tick, vec![WorkloadId(0), WorkloadId(1)]);
    for &column in Column::ALL {
        let value = match column {
            Column::ReplicasDesired | Column::ReplicasReady => 2.0,
            Column::ReplicasMin => 0.0,
            Column::ReplicasMax => 10.0,
            _ => 0.5,
        };
        observations.column_mut(column)[0] = value;
    }
    observations
}

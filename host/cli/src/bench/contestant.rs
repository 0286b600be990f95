//! Contestant: an instance that is put to turns while somebody looks at the clock.

use registry::MadeUpTurn;
use sandbox::{Component, ComponentPolicy, ComponentReward, Usage, World};
use scaling::{Batch, Policy, Refusal, Reward, RewardError, Transitions, WorkloadId};

use crate::exit::Failure;

/// Whatever answers turns.
pub(super) trait Contestant {
    /// Answers, or says why there is no answer to be measured.
    fn ask(&mut self, turn: &MadeUpTurn) -> Result<(), String>;
}

/// Makes instances of one module.
pub(super) struct Maker<'a> {
    pub(super) component: &'a Component,
    pub(super) settings: &'a str,
}

/// An instance of a module.
pub(super) enum Module {
    Policy(Box<ComponentPolicy>),
    Reward(Box<ComponentReward>),
}

/// What a module says of itself.
#[derive(Debug, Clone)]
pub(super) struct About {
    pub(super) name: String,
    pub(super) version: String,
    pub(super) world: World,
}

impl Maker<'_> {
    pub(super) fn make(&self) -> Result<Module, Failure> {
        Ok(match self.component {
            Component::Policy(policy) => {
                Module::Policy(Box::new(policy.instantiate(self.settings, 0)?))
            }
            Component::Reward(reward) => {
                Module::Reward(Box::new(reward.instantiate(self.settings)?))
            }
        })
    }

    pub(super) fn world(&self) -> World {
        self.about().world
    }

    pub(super) fn about(&self) -> About {
        let (name, version, world) = match self.component {
            Component::Policy(policy) => {
                let said = policy.description();
                (&said.name, &said.version, World::Policy)
            }
            Component::Reward(reward) => {
                let said = reward.description();
                (&said.name, &said.version, World::Reward)
            }
        };
        About { name: name.clone(), version: version.clone(), world }
    }
}

impl Module {
    /// The turn of that number about so many workloads, with the details that it reads.
    pub(super) fn turn(&self, rows: usize, number: u64) -> MadeUpTurn {
        match self {
            Module::Policy(policy) => {
                let needs = policy.needs();
                MadeUpTurn::new(rows, number, needs.period, needs.details)
            }
            Module::Reward(_) => {
                MadeUpTurn::new(rows, number, std::time::Duration::ZERO, scaling::DetailSet::NONE)
            }
        }
    }

    pub(super) fn world(&self) -> World {
        match self {
            Module::Policy(_) => World::Policy,
            Module::Reward(_) => World::Reward,
        }
    }

    pub(super) fn used(&self) -> &Usage {
        match self {
            Module::Policy(policy) => policy.usage(),
            Module::Reward(reward) => reward.usage(),
        }
    }

    pub(super) fn snapshot(&mut self, workloads: &[WorkloadId]) -> Result<Vec<u8>, String> {
        match self {
            Module::Policy(policy) => policy.snapshot(workloads).map_err(|error| error.to_string()),
            Module::Reward(reward) => reward.snapshot(workloads).map_err(|error| error.to_string()),
        }
    }
}

impl Contestant for Module {
    fn ask(&mut self, turn: &MadeUpTurn) -> Result<(), String> {
        let traps = |usage: &Usage| usage.traps.values().sum::<u64>();
        let before = traps(self.used());
        match self {
            Module::Policy(policy) => {
                let batch = Batch {
                    observations: &turn.now,
                    rows: &turn.rows,
                    explore: false,
                    explain: false,
                };
                let advice = policy.recommend(&batch);
                let broken = advice.answers.iter().find_map(|answer| match answer {
                    Err(Refusal::Declined { .. }) | Ok(_) => None,
                    Err(refusal) => Some(refusal.to_string()),
                });
                broken.map_or(Ok(()), Err)?;
            }
            Module::Reward(reward) => {
                let rows = &turn.transitions;
                let transitions = Transitions { before: &turn.before, after: &turn.now, rows };
                match reward.score(&transitions) {
                    Ok(_) | Err(RewardError::Declined { .. }) => {}
                    Err(error) => return Err(error.to_string()),
                }
            }
        }
        if traps(self.used()) > before {
            return Err("the whole batch trapped, and was answered in halves".to_owned());
        }
        Ok(())
    }
}

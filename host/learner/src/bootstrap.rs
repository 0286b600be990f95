//! Bootstrapping: a rule drives while an agent learns from what the rule does, until the agent is surely
//! better (SCARLET §6.1; AWARE, Qiu et al. 2023, §4.3).
//!
//! The rule's choices are replaced by random allowed ones now and then, and how likely each was is stored
//! with the experience: what nobody ever does, nobody can learn the value of. The agent's value and the
//! rule's are estimated from that same experience, doubly robustly, and compared with an interval. Once the
//! agent drives, it keeps the drive while its objectives are met.

mod burn;
mod judge;
mod log;
mod model;
mod phase;
mod report;
mod settings;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use ::agent::Card;
pub use phase::Phase;
use phase::{Signals, decide};
pub use report::{BootstrapReport, Check, Stint};
use scaling::{Policy, PolicyError, Recommendation, WorkloadId};
pub use settings::{BootstrapSettings, BurnSettings};
use thiserror::Error;
use worlds::{ClusterWorld, Turn, World, WorldError};

use self::burn::Burn;
use self::judge::Judge;
use self::log::{Log, Seen, Step};
use crate::training::TRAINING_SEEDS;
use crate::{
    Agent, Algorithm, Chance, Checkpoint, Comparison, Curves, Dqn, LearnError, OffPolicyError,
    Purpose, TrainingState, mask,
};

/// A rule, an agent that learns from it, and the cluster that one of them drives.
pub struct Bootstrap {
    settings: BootstrapSettings,
    agent: Dqn,
    rule: Box<dyn Policy>,
    world: ClusterWorld,
    seed: u64,
    seeds: Chance,
    episodes: u64,
    deviation: Chance,
    judge: Judge,
    log: Log,
    burn: Burn,
    phase: Phase,
    standing: Standing,
    /// `[rows, heads]`: what the rule would choose at the present turn.
    wishes: Vec<u16>,
    /// Objectives while the rule drove, and those that were missed.
    of_rule: (u64, u64),
    report: BootstrapReport,
}

/// What the rule last asked for.
#[derive(Default)]
struct Standing {
    recommendations: Vec<Recommendation>,
    workloads: Vec<WorkloadId>,
    /// Turns from one question to the next.
    every: u64,
    /// Turns since the last one; none at the beginning of an episode.
    age: Option<u64>,
}

/// A bootstrapping that cannot be, or cannot go on.
#[derive(Debug, Error)]
pub enum BootstrapError {
    /// The world failed.
    #[error(transparent)]
    World(#[from] WorldError),
    /// The agent cannot learn, or a setting cannot be.
    #[error(transparent)]
    Learn(#[from] LearnError),
    /// The rule failed between two episodes.
    #[error("the rule cannot go on to the next episode")]
    Rule(#[source] PolicyError),
    /// Values cannot be estimated.
    #[error("the agent and the rule cannot be compared")]
    OffPolicy(#[source] OffPolicyError),
    /// The agent was made for another world.
    #[error("the agent is of another shape than the world: make it of `World::shape`")]
    Shape,
    /// A rule whose turns do not fall on the agent's.
    #[error(
        "the rule decides every {rule:?} and the agent every {agent:?}: make the rule's period a multiple \
         of the agent's"
    )]
    Period {
        /// Of the rule.
        rule: std::time::Duration,
        /// Of the agent.
        agent: std::time::Duration,
    },
    /// A rule that looks at more than columns.
    #[error(
        "the rule reads details of pods, buckets or call graphs, which nobody observes in training"
    )]
    Details,
}

impl Bootstrap {
    /// A bootstrapping at its start: the rule drives.
    pub fn new(
        settings: BootstrapSettings,
        agent: Dqn,
        rule: Box<dyn Policy>,
        world: ClusterWorld,
        seed: u64,
    ) -> Result<Self, BootstrapError> {
        settings.check()?;
        if agent.shape() != world.shape() {
            return Err(BootstrapError::Shape);
        }
        let (needed, period) = (rule.needs(), world.period());
        if needed.details != scaling::DetailSet::NONE {
            return Err(BootstrapError::Details);
        }
        let every = needed.period.as_nanos() / period.as_nanos();
        if needed.period > period && !needed.period.as_nanos().is_multiple_of(period.as_nanos()) {
            return Err(BootstrapError::Period { rule: needed.period, agent: period });
        }
        let standing = Standing { every: (every as u64).max(1), ..Standing::default() };
        let mut report = BootstrapReport::default();
        report.begin(Phase::Rule);
        let mut bootstrap = Self {
            judge: Judge::new(world.shape(), seed),
            log: Log::new(settings.horizon_turns, settings.log_steps),
            burn: Burn::new(settings.burn.window_turns),
            seeds: Chance::new(seed, Purpose::Episodes),
            deviation: Chance::new(seed, Purpose::Deviation),
            phase: Phase::Rule,
            wishes: Vec::new(),
            of_rule: (0, 0),
            settings,
            agent,
            rule,
            world,
            seed,
            episodes: 0,
            standing,
            report,
        };
        bootstrap.begin()?;
        Ok(bootstrap)
    }

    /// Who drives.
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// What came of it so far.
    pub fn report(&self) -> &BootstrapReport {
        &self.report
    }

    /// The agent.
    pub fn agent(&mut self) -> &mut Dqn {
        &mut self.agent
    }

    /// The agent as a training's checkpoint, to be evaluated, exported, raced or trained further; `facts` say
    /// where it comes from. A bootstrapping itself is not taken up again where it was: it begins anew.
    pub fn checkpoint(
        &mut self,
        card: Option<Card>,
        facts: BTreeMap<String, String>,
    ) -> Result<Checkpoint, BootstrapError> {
        Ok(Checkpoint {
            facts,
            card,
            shape: self.world.shape().clone(),
            algorithm: Algorithm::Dqn(self.agent.settings().clone()),
            seed: self.seed,
            agent: self.agent.state(),
            memory: self.agent.memory_state()?,
            training: TrainingState {
                step: self.report.steps,
                greedy: 0,
                episodes: self.episodes,
                seeds: self.seeds.clone(),
                worlds: None,
                best: None,
                wall_seconds: 0.0,
                curves: Curves::new(),
            },
        })
    }

    /// Decides all rows once, learns from what comes of it, and decides who drives next.
    pub fn step(&mut self) -> Result<Phase, BootstrapError> {
        let turn = self.world.turn().clone();
        let is_agent = self.phase == Phase::Agent;
        let (mut intended, explore) = match is_agent {
            true => (Vec::new(), self.settings.explore_after),
            false => (self.wishes.clone(), self.settings.explore),
        };
        if is_agent {
            self.agent.greedy(&turn.inputs, &turn.allowed, &mut intended);
        }
        let heads = self.world.shape().heads.clone();
        let (choices, probabilities) =
            deviate(&turn, &heads, &intended, explore, &mut self.deviation);
        let goes_on = self.world.step(&choices)?;
        if !is_agent || self.settings.learn_after {
            let applied = self.applied(&choices, &probabilities);
            self.agent.learn_from(&turn, self.world.lessons(), &applied)?;
        }
        let wishes = std::mem::take(&mut self.wishes);
        self.wish()?;
        let steps_before = self.log.steps();
        if !is_agent {
            self.write(&turn, &wishes, &choices, &probabilities);
        }
        let objectives = self.world.objectives();
        self.count(&turn, objectives);
        let every = self.settings.check_every_steps;
        let is_due = steps_before / every != self.log.steps() / every;
        let check = if is_due && self.phase == Phase::Rule { self.compare()? } else { None };
        let signals = Signals {
            turns: self.report.stints.last().map_or(0, |stint| stint.turns),
            steps: self.log.steps(),
            check: check.as_ref(),
            missed: self.burn.missed(),
            missed_by_rule: self.of_rule.1 as f64 / (self.of_rule.0 as f64).max(1.0),
        };
        self.go_on_as(decide(&self.settings, self.phase, &signals));
        if !goes_on {
            self.episodes += 1;
            self.begin()?;
        }
        Ok(self.phase)
    }

    /// Begins an episode.
    fn begin(&mut self) -> Result<(), BootstrapError> {
        if let Some(practice) = self.world.practice() {
            let ids: Vec<WorkloadId> = practice.workloads().iter().map(|one| one.id).collect();
            self.rule.forget(&ids).map_err(BootstrapError::Rule)?;
        }
        let seed = self.seeds.bits() | TRAINING_SEEDS;
        self.world.reset(seed)?;
        self.agent.begin_episode(0, seed);
        self.standing.age = None;
        self.wish()
    }

    /// Asks the rule, if it is its turn, and notes what it would choose now.
    fn wish(&mut self) -> Result<(), BootstrapError> {
        let ids: Vec<WorkloadId> = self.world.practice().map_or_else(Vec::new, |practice| {
            practice.workloads().iter().map(|workload| workload.id).collect()
        });
        let standing = &mut self.standing;
        let age = standing.age.map_or(0, |age| age + 1);
        // Between its turns its last recommendation stands, unless it is about others.
        if age.is_multiple_of(standing.every) || standing.workloads != ids {
            standing.recommendations = self.world.ask(self.rule.as_mut())?;
            standing.workloads = ids;
        }
        standing.age = Some(age);
        self.world.choices_towards(&standing.recommendations, &mut self.wishes)?;
        Ok(())
    }

    /// The probability of what was applied, lesson by lesson: that of the choice where guard rails let it
    /// through, else unknown.
    fn applied(&self, choices: &[u16], probabilities: &[f64]) -> Vec<f32> {
        let lessons = self.world.lessons();
        let heads = self.world.shape().heads.len();
        let rows = lessons.rows.iter().zip(lessons.choices.chunks_exact(heads));
        rows.map(|(&row, applied)| match applied == &choices[row * heads..][..heads] {
            true => probabilities[row] as f32,
            false => f32::NAN,
        })
        .collect()
    }

    /// Writes what the rule did into the log.
    fn write(&mut self, turn: &Turn, wishes: &[u16], choices: &[u16], probabilities: &[f64]) {
        let (lessons, now, shape) = (self.world.lessons(), self.world.turn(), self.world.shape());
        let (inputs, options) = (shape.inputs, shape.options());
        let (heads, scores) = (shape.heads.len(), shape.scores.len());
        for (lesson, &row) in lessons.rows.iter().enumerate() {
            let id = turn.ids[row];
            // Who has left has no next turn, and there is nothing to bootstrap from.
            let Some(after) = now.ids.iter().position(|&other| other == id) else { continue };
            let wish = |wishes: &[u16], row: usize| wishes[row * heads..][..heads].to_vec();
            let before = Seen {
                inputs: turn.inputs[row * inputs..][..inputs].to_vec(),
                allowed: turn.allowed[row * options..][..options].to_vec(),
                wish: wish(wishes, row),
            };
            let after = Seen {
                inputs: lessons.after[lesson * inputs..][..inputs].to_vec(),
                allowed: lessons.allowed_after[lesson * options..][..options].to_vec(),
                wish: wish(&self.wishes, after),
            };
            self.judge.see(&before.inputs);
            self.log.push(
                id,
                Step {
                    before,
                    choices: wish(choices, row),
                    probability: probabilities[row],
                    reward: lessons.scores[lesson * scores],
                    after,
                    ending: lessons.endings[lesson],
                },
            );
        }
        self.log.end_turn();
    }

    /// Counts a turn that is over.
    fn count(&mut self, turn: &Turn, objectives: (u32, u32)) {
        let scores = self.world.shape().scores.len();
        let rewards: Vec<f64> =
            self.world.lessons().scores.iter().step_by(scores).copied().collect();
        self.report.count(turn.rows(), &rewards, objectives);
        match self.phase {
            Phase::Agent => self.burn.push(objectives),
            Phase::Rule | Phase::FallenBack => {
                self.of_rule.0 += u64::from(objectives.0);
                self.of_rule.1 += u64::from(objectives.1);
            }
        }
    }

    /// Estimates what both are worth; nothing while there is too little to tell.
    fn compare(&mut self) -> Result<Option<Comparison>, BootstrapError> {
        match self.judge.compare(&self.settings, &self.agent, &self.log) {
            Ok(found) => {
                self.report.note(&found);
                Ok(Some(found))
            }
            Err(OffPolicyError::Few { .. }) => Ok(None),
            Err(error) => Err(BootstrapError::OffPolicy(error)),
        }
    }

    fn go_on_as(&mut self, phase: Phase) {
        if phase == self.phase {
            return;
        }
        match phase {
            Phase::Agent => self.burn.clear(),
            // What spoke for the agent was wrong, or is no longer how things are.
            Phase::FallenBack => self.log.clear(),
            Phase::Rule => {}
        }
        self.phase = phase;
        self.report.begin(phase);
    }
}

/// Replaces what is intended, row by row and with probability `explore`, by a random choice among what is
/// allowed. Gives the choices `[rows, heads]` and how likely each row's was:
/// (1 − ε) 1[as intended] + ε Π 1 ÷ (allowed options of the head).
fn deviate(
    turn: &Turn,
    heads: &[usize],
    intended: &[u16],
    explore: f64,
    chance: &mut Chance,
) -> (Vec<u16>, Vec<f64>) {
    let options: usize = heads.iter().sum();
    let mut choices = Vec::with_capacity(intended.len());
    let mut probabilities = Vec::with_capacity(turn.rows());
    for row in 0..turn.rows() {
        let intended = &intended[row * heads.len()..][..heads.len()];
        let mut allowed = &turn.allowed[row * options..][..options];
        let deviates = chance.uniform() < explore;
        let mut at_random = 1.0;
        let first = choices.len();
        for (&size, &wanted) in heads.iter().zip(intended) {
            let (own, rest) = allowed.split_at(size);
            allowed = rest;
            let possible = own.iter().filter(|&&allowed| allowed).count().max(1);
            at_random /= possible as f64;
            choices.push(if deviates { mask::draw(own, chance) as u16 } else { wanted });
        }
        let as_intended = if choices[first..] == *intended { 1.0 - explore } else { 0.0 };
        probabilities.push(as_intended + explore * at_random);
    }
    (choices, probabilities)
}

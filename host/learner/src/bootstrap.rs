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
mod standing;
mod state;
#[cfg(test)]
mod tests;

use std::time::Duration;

pub use phase::Phase;
use phase::{Signals, decide};
pub use report::{BootstrapReport, Check, Stint};
use scaling::{Policy, PolicyError, WorkloadId};
pub use settings::{BootstrapSettings, BurnSettings};
pub use state::BootstrapState;
use thiserror::Error;
use worlds::{ClusterWorld, Finished, Journal, Turn, World, WorldError, WorldsState};

use self::burn::Burn;
use self::judge::Judge;
use self::log::{Log, Seen, Step};
use self::standing::Standing;
use crate::training::{mean, rewards};
use crate::{
    Agent, Books, Chance, Checkpoint, Comparison, Dqn, OffPolicyError, Progress, Purpose, Session,
    TrainingError, mask,
};

/// A rule, an agent that learns from it, and the cluster that one of them drives.
pub struct Bootstrap {
    books: Books,
    settings: BootstrapSettings,
    agent: Dqn,
    rule: Box<dyn Policy>,
    world: Journal<ClusterWorld>,
    is_simulated: bool,
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

/// What a bootstrapping is made of.
pub struct BootstrapParts {
    /// What it keeps about itself.
    pub books: Books,
    /// When who drives.
    pub settings: BootstrapSettings,
    /// The agent.
    pub agent: Dqn,
    /// The rule.
    pub rule: Box<dyn Policy>,
    /// The rule's period, if not its own.
    pub period: Option<Duration>,
    /// The cluster, which observes what the rule needs; not reset yet.
    pub world: ClusterWorld,
    /// It comes back by its record; a real one does not.
    pub is_simulated: bool,
}

/// A bootstrapping that cannot be, or cannot go on.
#[derive(Debug, Error)]
pub enum BootstrapError {
    /// The rule failed between two episodes, or at a checkpoint.
    #[error("the rule cannot go on")]
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
        rule: Duration,
        /// Of the agent.
        agent: Duration,
    },
    /// A rule that looks at more than is observed.
    #[error(
        "the rule reads details of pods, buckets or call graphs, which this world does not observe: make \
         its scene with them"
    )]
    Details,
}

impl Bootstrap {
    /// A bootstrapping at its start: the rule drives.
    pub fn new(parts: BootstrapParts) -> Result<Self, TrainingError> {
        let mut bootstrap = Self::at_rest(parts)?;
        bootstrap.report.begin(Phase::Rule);
        bootstrap.begin()?;
        Ok(bootstrap)
    }

    /// A bootstrapping where a checkpoint left it.
    pub fn resume(parts: BootstrapParts, checkpoint: &Checkpoint) -> Result<Self, TrainingError> {
        let mut bootstrap = Self::at_rest(parts)?;
        bootstrap.books.check(checkpoint, bootstrap.world.shape())?;
        let Some(state) = &checkpoint.bootstrap else {
            return Err(TrainingError::Another {
                found: "an agent by itself".to_owned(),
                wanted: "a rule that leads".to_owned(),
                remedy: "take `bootstrap` out of its file, or begin in another folder",
            });
        };
        if state.settings != bootstrap.settings {
            return Err(TrainingError::Another {
                found: format!("{:?}", state.settings),
                wanted: format!("{:?}", bootstrap.settings),
                remedy: "give `bootstrap` the settings that it was begun with, or begin in another folder",
            });
        }
        bootstrap.agent.restore(&checkpoint.agent)?;
        if let Some(memory) = &checkpoint.memory {
            bootstrap.agent.restore_memory(memory)?;
        }
        bootstrap.books.restore(&checkpoint.training);
        bootstrap.take_over(state)?;
        match &checkpoint.training.worlds {
            Some(worlds) if bootstrap.is_simulated && worlds.records.len() == 1 => {
                bootstrap.world.replay(&worlds.records[0])?;
                bootstrap.rule.restore(&state.rule).map_err(BootstrapError::Rule)?;
            }
            _ => bootstrap.begin()?,
        }
        Ok(bootstrap)
    }

    fn at_rest(parts: BootstrapParts) -> Result<Self, TrainingError> {
        let BootstrapParts { books, settings, agent, rule, period, world, is_simulated } = parts;
        settings.check()?;
        if agent.shape() != world.shape() {
            return Err(BootstrapError::Shape.into());
        }
        let needed = rule.needs();
        if world.scene().details().union(needed.details) != world.scene().details() {
            return Err(BootstrapError::Details.into());
        }
        let (own, period) = (world.period(), period.unwrap_or(needed.period));
        if period > own && !period.as_nanos().is_multiple_of(own.as_nanos()) {
            return Err(BootstrapError::Period { rule: period, agent: own }.into());
        }
        let standing = Standing::new((period.as_nanos() / own.as_nanos()) as u64);
        Ok(Self {
            judge: Judge::new(world.shape(), books.seed),
            log: Log::new(settings.horizon_turns, settings.log_steps),
            burn: Burn::new(settings.burn.window_turns),
            deviation: Chance::new(books.seed, Purpose::Deviation),
            phase: Phase::Rule,
            wishes: Vec::new(),
            of_rule: (0, 0),
            books,
            settings,
            agent,
            rule,
            world: Journal::new(world),
            is_simulated,
            standing,
            report: BootstrapReport::default(),
        })
    }

    /// Who drives.
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// What came of it so far.
    pub fn report(&self) -> &BootstrapReport {
        &self.report
    }

    /// Begins an episode.
    fn begin(&mut self) -> Result<(), TrainingError> {
        self.rule.forget(&self.workloads()).map_err(BootstrapError::Rule)?;
        let seed = self.books.next_seed();
        self.world.reset(seed)?;
        self.agent.begin_episode(0, seed);
        self.standing.begin();
        Ok(self.wish()?)
    }

    fn workloads(&self) -> Vec<WorkloadId> {
        self.world.world().practice().map_or_else(Vec::new, |practice| {
            practice.workloads().iter().map(|workload| workload.id).collect()
        })
    }

    /// Asks the rule, if it is its turn, and notes what it would choose now.
    fn wish(&mut self) -> Result<(), WorldError> {
        if self.standing.is_due(self.workloads()) {
            self.standing.recommendations = self.world.world().ask(self.rule.as_mut())?;
        }
        let world = self.world.world();
        world.choices_towards(&self.standing.recommendations, &mut self.wishes)
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
        self.books.step += turn.rows() as u64;
        let rewards: Vec<f64> = rewards(self.world.lessons()).collect();
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
    fn compare(&mut self) -> Result<Option<Comparison>, TrainingError> {
        match self.judge.compare(&self.settings, &self.agent, &self.log) {
            Ok(found) => {
                self.report.note(&found);
                Ok(Some(found))
            }
            Err(OffPolicyError::Few { .. }) => Ok(None),
            Err(error) => Err(BootstrapError::OffPolicy(error).into()),
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

    /// What a check found is always told; the rest only where the training is watched.
    fn sights(&self, check: Option<&Comparison>, agent_drove: bool) -> Vec<(String, f64)> {
        let mut sights = Vec::new();
        if self.books.settings.watch {
            sights = self.world.sights();
            sights.push(("reward".to_owned(), mean(rewards(self.world.lessons()))));
            sights.push(("agent_drives".to_owned(), f64::from(u8::from(agent_drove))));
        }
        let found = check.map(|found| {
            let Comparison { first, second, interval, .. } = found;
            [
                ("agent_value", first.value),
                ("rule_value", second.value),
                ("difference_low", interval.low),
                ("difference_high", interval.high),
            ]
        });
        sights.extend(found.into_iter().flatten().map(|(name, value)| (name.to_owned(), value)));
        sights
    }
}

impl Session for Bootstrap {
    fn books(&mut self) -> &mut Books {
        &mut self.books
    }

    fn agent(&mut self) -> &mut dyn Agent {
        &mut self.agent
    }

    /// Decides who drives next, too.
    fn step(&mut self) -> Result<Progress, TrainingError> {
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
        let objectives = self.world.world().objectives();
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
        let sights = self.sights(check.as_ref(), is_agent);
        let mut finished = Vec::new();
        if !goes_on {
            finished.push(Finished { world: 0, measures: self.world.measures() });
            self.books.episodes += 1;
            self.begin()?;
        }
        Ok(Progress { finished, step: self.books.steps(), sights })
    }

    fn checkpoint(&mut self) -> Result<Checkpoint, TrainingError> {
        let memory = self.agent.memory_state()?;
        let worlds =
            self.is_simulated.then(|| WorldsState { records: vec![self.world.record().clone()] });
        let state = self.state()?;
        let (books, shape) = (&self.books, self.world.shape().clone());
        Ok(books.checkpoint(shape, self.agent.state(), memory, worlds, Some(state)))
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

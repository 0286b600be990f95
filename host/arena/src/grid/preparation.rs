//! Preparation: what an entrant goes through before it races, on the training split only: each
//! candidate is trained if it learns beforehand, tried if there are others, and the best one races
//! with what it learned. It is done once for all cells of the entrant.

use rayon::prelude::*;
use scaling::causes;
use serde::{Deserialize, Serialize};

use super::cell::{CellError, Heat, Stored, caught};
use super::progress::{Step, preparation_steps};
use super::{Grid, RaceError, keys};
use crate::digest::{from_hexadecimal, hexadecimal};
use crate::entry::{Candidate, Entrant, Learning, Split, Training, Tuning};
use crate::metric::Metric;
use crate::results::{Curve, CurvePoint, Trial};
use crate::statistics::is_better;

/// What came of an entrant's preparation.
pub(crate) struct Preparation {
    /// Why it cannot race, if it cannot.
    pub(crate) outcome: Result<Prepared, String>,
    /// Wall seconds from the start of training to the end of each episode.
    pub(crate) training_wall_seconds: Vec<f64>,
}

/// An entrant that is ready to race.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Prepared {
    /// Position of the candidate that races.
    pub(crate) chosen: usize,
    pub(crate) trials: Vec<Trial>,
    pub(crate) curve: Option<Curve>,
    /// What it learned.
    pub(crate) snapshot: Option<Vec<u8>>,
}

/// The same at rest.
#[derive(Serialize, Deserialize)]
struct AtRest {
    chosen: usize,
    trials: Vec<Trial>,
    curve: Option<Curve>,
    snapshot_hexadecimal: Option<String>,
    training_wall_seconds: Vec<f64>,
}

/// What training gave.
struct Trained {
    snapshot: Vec<u8>,
    curve: Curve,
    wall_seconds: Vec<f64>,
}

/// What became of one candidate.
struct Tried {
    trained: Option<Trained>,
    objective: Option<f64>,
}

impl Grid<'_> {
    /// Makes an entrant ready, or takes it from the store.
    pub(super) fn prepare(&self, entrant: &Entrant) -> Result<Preparation, RaceError> {
        let steps = preparation_steps(entrant);
        if steps == 0 {
            let outcome = Ok(Prepared::default());
            return Ok(Preparation { outcome, training_wall_seconds: Vec::new() });
        }
        let key = self.keys.prepared(entrant);
        let object = keys::preparation_object(&entrant.name, &key);
        let stored = self.conditions.store.get_json::<Stored<AtRest>>(&object)?;
        if let Some(stored) = stored.filter(|stored| stored.key == key)
            && let Some(preparation) = stored.value.awake()
        {
            let mut pace = self.counter.pace();
            entrant.candidates.iter().for_each(|candidate| pace.settled(entrant, candidate));
            drop(pace);
            self.counter.tell(Step::Ready { entrant: &entrant.name, resumed: true }, steps);
            return Ok(preparation);
        }
        let began = (self.conditions.stopwatch)();
        let tried: Vec<Result<Tried, CellError>> = entrant
            .candidates
            .par_iter()
            .map(|candidate| {
                let tried = caught(|| self.tried(entrant, candidate));
                self.counter.pace().settled(entrant, candidate);
                if entrant.candidates.len() > 1 {
                    let (entrant, candidate) = (&entrant.name, &candidate.label);
                    self.counter.tell(Step::Tried { entrant, candidate }, 1);
                }
                tried
            })
            .collect();
        let preparation = self.choose(entrant, tried)?;
        if let Some(value) = AtRest::of(&preparation) {
            let took = (self.conditions.stopwatch)().saturating_sub(began);
            let stored = Stored { key, wall_seconds: took.as_secs_f64(), value };
            self.conditions.store.put_json(&object, &stored)?;
        }
        self.counter.tell(Step::Ready { entrant: &entrant.name, resumed: false }, 0);
        Ok(preparation)
    }

    /// Trains and tries one candidate, as far as there is need.
    fn tried(&self, entrant: &Entrant, candidate: &Candidate) -> Result<Tried, CellError> {
        let trained = match &entrant.learning {
            Learning::Beforehand(training) => Some(self.train(entrant, candidate, training)?),
            Learning::Never | Learning::Online { .. } => None,
        };
        let objective = match &entrant.tuning {
            Some(tuning) if entrant.candidates.len() > 1 => {
                let snapshot = trained.as_ref().map(|trained| trained.snapshot.as_slice());
                self.objective(entrant, candidate, tuning, snapshot)?
            }
            _ => None,
        };
        Ok(Tried { trained, objective })
    }

    /// Trains one candidate. The episodes' workloads are forgotten one by one, so that what is left
    /// is what they have in common.
    fn train(
        &self,
        entrant: &Entrant,
        candidate: &Candidate,
        training: &Training,
    ) -> Result<Trained, CellError> {
        let began = (self.conditions.stopwatch)();
        let mut policy = self.ready(entrant, candidate, None, training.seeds[0])?;
        let reward = self.race.reward(&training.reward).expect("the race was checked");
        let rewards = [&self.race.rewards[reward]];
        let mut curve = Curve { reward: training.reward.clone(), points: Vec::new() };
        let mut wall_seconds = Vec::new();
        let (mut steps, mut before) = (0, began);
        for episode in 0..training.episodes {
            self.go_on()?;
            let courses = self.race.courses.len();
            let course = &self.race.courses[episode as usize % courses];
            let seed = training.seeds[episode as usize / courses % training.seeds.len()];
            let split = Split::Training;
            let learns_from = Some(0);
            let heat = Heat { entrant, course, seed, split, rewards: &rewards, learns_from };
            let lap = self.run(&heat, policy.as_mut())?;
            policy.forget(&lap.ids).map_err(crate::lap::LapError::from)?;
            steps += lap.steps;
            let reward_mean = lap.overall.rewards[0].mean();
            let course = course.name.clone();
            curve.points.push(CurvePoint { episode, course, seed, steps, reward_mean });
            let now = (self.conditions.stopwatch)();
            wall_seconds.push(now.saturating_sub(began).as_secs_f64());
            self.counter.pace().prepared(entrant, candidate, now.saturating_sub(before));
            before = now;
            let (entrant, candidate) = (&entrant.name, &candidate.label);
            let (episode, episodes) = (episode + 1, training.episodes);
            self.counter.tell(Step::Trained { entrant, candidate, episode, episodes }, 1);
        }
        let snapshot = policy.snapshot(&[]).map_err(crate::lap::LapError::from)?;
        Ok(Trained { snapshot, curve, wall_seconds })
    }

    /// Mean of the objective over the training split; none if any run has no value for it.
    fn objective(
        &self,
        entrant: &Entrant,
        candidate: &Candidate,
        tuning: &Tuning,
        snapshot: Option<&[u8]>,
    ) -> Result<Option<f64>, CellError> {
        let metric = self.metric(tuning);
        let rewards: Vec<_> = self.race.rewards.iter().collect();
        let learns_from = self.online_reward(entrant);
        let mut sum = Some(0.0);
        for course in &self.race.courses {
            for &seed in &tuning.seeds {
                self.go_on()?;
                let began = (self.conditions.stopwatch)();
                let mut policy = self.ready(entrant, candidate, snapshot, seed)?;
                let split = Split::Training;
                let heat = Heat { entrant, course, seed, split, rewards: &rewards, learns_from };
                let lap = self.run(&heat, policy.as_mut())?;
                let took = (self.conditions.stopwatch)().saturating_sub(began);
                self.counter.pace().prepared(entrant, candidate, took);
                sum = sum.zip(metric.of(&lap.overall)).map(|(sum, value)| sum + value);
            }
        }
        let runs = self.race.courses.len() * tuning.seeds.len();
        Ok(sum.map(|sum| sum / runs as f64))
    }

    fn metric(&self, tuning: &Tuning) -> Metric {
        let metrics = self.race.metrics();
        let metric = metrics.into_iter().find(|metric| metric.record.name == tuning.objective);
        metric.expect("the race was checked")
    }

    /// Chooses the candidate that races.
    fn choose(
        &self,
        entrant: &Entrant,
        mut tried: Vec<Result<Tried, CellError>>,
    ) -> Result<Preparation, RaceError> {
        for tried in &mut tried {
            match std::mem::replace(tried, Err(CellError::Interrupted)) {
                Err(CellError::Store(error)) => return Err(error.into()),
                Err(CellError::Interrupted) => return Err(RaceError::Interrupted),
                other => *tried = other,
            }
        }
        let single = entrant.candidates.len() == 1;
        let chosen = match &entrant.tuning {
            Some(tuning) if !single => best(&tried, &self.metric(tuning)),
            _ => tried[0].is_ok().then_some(0),
        };
        let trial = |(candidate, tried): (&Candidate, &Result<Tried, CellError>)| Trial {
            candidate: candidate.label.clone(),
            objective: tried.as_ref().ok().and_then(|tried| tried.objective),
            failure: tried.as_ref().err().map(|error| causes(error)),
        };
        let trials: Vec<Trial> = entrant.candidates.iter().zip(&tried).map(trial).collect();
        let chosen_trained = chosen.map(|chosen| (chosen, tried.swap_remove(chosen)));
        let Some((chosen, Ok(Tried { trained, .. }))) = chosen_trained else {
            let failures: Vec<&str> =
                trials.iter().filter_map(|trial| trial.failure.as_deref()).collect();
            let why = failures.first().map_or("the objective has no value", |first| *first);
            let outcome = Err(format!("training or tuning failed: {why}"));
            return Ok(Preparation { outcome, training_wall_seconds: Vec::new() });
        };
        let (mut snapshot, mut curve, mut training_wall_seconds) = (None, None, Vec::new());
        if let Some(trained) = trained {
            snapshot = Some(trained.snapshot);
            curve = Some(trained.curve);
            training_wall_seconds = trained.wall_seconds;
        }
        let trials = if single { Vec::new() } else { trials };
        let outcome = Ok(Prepared { chosen, trials, curve, snapshot });
        Ok(Preparation { outcome, training_wall_seconds })
    }
}

/// The candidate with the best objective, the earlier one of equals.
fn best(tried: &[Result<Tried, CellError>], metric: &Metric) -> Option<usize> {
    let mut best: Option<(usize, f64)> = None;
    for (position, tried) in tried.iter().enumerate() {
        let Some(value) = tried.as_ref().ok().and_then(|tried| tried.objective) else { continue };
        if best.is_none_or(|(_, best)| is_better(value, best, metric.record.better)) {
            best = Some((position, value));
        }
    }
    best.map(|(position, _)| position)
}

impl AtRest {
    /// A failed preparation is not kept: the next run tries again.
    fn of(preparation: &Preparation) -> Option<Self> {
        let prepared = preparation.outcome.as_ref().ok()?.clone();
        Some(Self {
            chosen: prepared.chosen,
            trials: prepared.trials,
            curve: prepared.curve,
            snapshot_hexadecimal: prepared.snapshot.map(|snapshot| hexadecimal(&snapshot)),
            training_wall_seconds: preparation.training_wall_seconds.clone(),
        })
    }

    fn awake(self) -> Option<Preparation> {
        let snapshot = match self.snapshot_hexadecimal {
            Some(text) => Some(from_hexadecimal(&text)?),
            None => None,
        };
        let prepared =
            Prepared { chosen: self.chosen, trials: self.trials, curve: self.curve, snapshot };
        let training_wall_seconds = self.training_wall_seconds;
        Some(Preparation { outcome: Ok(prepared), training_wall_seconds })
    }
}

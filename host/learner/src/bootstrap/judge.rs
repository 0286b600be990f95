//! Judge: what the agent would be worth and what the rule is, from what the rule did.
//!
//! Models are fitted to one half of the blocks and asked about the other, crosswise, so that no episode is
//! judged by a model that has seen it (Chernozhukov et al. 2018). The models of both policies begin with the
//! same weights and are fitted with the same minibatches: two policies that do the same are worth the same
//! to the bit, and what differs comes of what they do.

use serde::{Deserialize, Serialize};

use super::BootstrapSettings;
use super::log::{Log, Segment, Step};
use super::model::{Model, ModelState, Sample};
use crate::{
    Agent, Chance, Comparison, Dqn, LearnError, Normaliser, OffPolicyEpisode, OffPolicyError,
    OffPolicyStep, Purpose, Shape, compare_off_policy,
};

/// Inputs of models are clipped here, in deviations.
const CLIP: f32 = 5.0;

/// Compares an agent with a rule.
pub(super) struct Judge {
    /// Of the agent and of the rule, each for the even blocks and for the odd.
    models: [[Model; 2]; 2],
    normaliser: Normaliser,
    modelling: Chance,
    resampling: Chance,
}

/// A judge at rest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct JudgeState {
    models: [[ModelState; 2]; 2],
    normaliser: Normaliser,
    modelling: Chance,
    resampling: Chance,
}

/// What a policy would do along a list of steps.
struct Course {
    /// `[steps, heads]`
    before: Vec<u16>,
    /// `[steps, heads]`
    after: Vec<u16>,
}

impl Judge {
    pub(super) fn new(shape: &Shape, seed: u64) -> Self {
        let mut modelling = Chance::new(seed, Purpose::Modelling);
        let start = modelling.clone();
        let models = [(); 2].map(|()| {
            modelling = start.clone();
            [(); 2].map(|()| Model::new(shape, &mut modelling))
        });
        Self {
            models,
            normaliser: Normaliser::new(shape.inputs, CLIP),
            modelling,
            resampling: Chance::new(seed, Purpose::Bootstrap),
        }
    }

    /// At rest.
    pub(super) fn state(&self) -> JudgeState {
        JudgeState {
            models: self.models.each_ref().map(|pair| pair.each_ref().map(Model::state)),
            normaliser: self.normaliser.clone(),
            modelling: self.modelling.clone(),
            resampling: self.resampling.clone(),
        }
    }

    /// Takes over a state; if it is refused, the judge is of no use any more.
    pub(super) fn restore(&mut self, state: &JudgeState) -> Result<(), LearnError> {
        let models = self.models.iter_mut().flatten();
        models
            .zip(state.models.iter().flatten())
            .try_for_each(|(own, state)| own.restore(state))?;
        self.normaliser = state.normaliser.clone();
        self.modelling = state.modelling.clone();
        self.resampling = state.resampling.clone();
        Ok(())
    }

    /// Takes inputs into account.
    pub(super) fn see(&mut self, inputs: &[f32]) {
        self.normaliser.update(inputs);
    }

    /// The agent's value, the rule's, and their difference.
    pub(super) fn compare(
        &mut self,
        settings: &BootstrapSettings,
        agent: &Dqn,
        log: &Log,
    ) -> Result<Comparison, OffPolicyError> {
        let halves = [0, 1].map(|half| {
            log.segments().filter(|segment| segment.block % 2 == half).collect::<Vec<_>>()
        });
        let found = halves.iter().filter(|half| !half.is_empty()).count();
        if found < 2 {
            return Err(OffPolicyError::Few { found });
        }
        let steps: [Vec<&Step>; 2] =
            halves.each_ref().map(|half| half.iter().flat_map(|one| &one.steps).collect());
        let by_agent = steps.each_ref().map(|steps| Course::of_agent(steps, agent));
        let by_rule = steps.each_ref().map(|steps| Course::of_rule(steps));
        let gamma = agent.settings().gamma;
        let mut episodes = [Vec::new(), Vec::new()];
        let start = self.modelling.clone();
        for ((courses, models), episodes) in
            [by_agent, by_rule].iter().zip(&mut self.models).zip(&mut episodes)
        {
            self.modelling = start.clone();
            for (half, model) in models.iter_mut().enumerate() {
                let other = 1 - half;
                let normaliser = &self.normaliser;
                let (steps_of, next) = (&steps[other][..], &courses[other].after[..]);
                let sample = Sample { steps: steps_of, next, normaliser, gamma };
                model.fit(&sample, settings.model_updates, &mut self.modelling);
                let asked = Asked { segments: &halves[half], steps: &steps[half] };
                asked.episodes(&courses[half], model, normaliser, episodes);
            }
        }
        let [agent, rule] = &episodes;
        let lists = [&agent[..], &rule[..]];
        let confidence = &settings.confidence;
        compare_off_policy(settings.estimator, gamma, lists, confidence, &mut self.resampling)
    }
}

impl Course {
    fn of_agent(steps: &[&Step], agent: &Dqn) -> Self {
        let course = |seen: fn(&Step) -> &super::log::Seen| {
            let inputs: Vec<f32> =
                steps.iter().flat_map(|step| &seen(step).inputs).copied().collect();
            let allowed: Vec<bool> =
                steps.iter().flat_map(|step| &seen(step).allowed).copied().collect();
            let mut choices = Vec::new();
            agent.greedy(&inputs, &allowed, &mut choices);
            choices
        };
        Self { before: course(|step| &step.before), after: course(|step| &step.after) }
    }

    fn of_rule(steps: &[&Step]) -> Self {
        let wishes = |seen: fn(&Step) -> &super::log::Seen| {
            steps.iter().flat_map(|step| &seen(step).wish).copied().collect()
        };
        Self { before: wishes(|step| &step.before), after: wishes(|step| &step.after) }
    }
}

/// Segments that are judged, and all of their steps in turn.
struct Asked<'a> {
    segments: &'a [&'a Segment],
    steps: &'a [&'a Step],
}

impl Asked<'_> {
    /// Adds the segments as episodes of a policy.
    fn episodes(
        &self,
        course: &Course,
        model: &mut Model,
        seen: &Normaliser,
        episodes: &mut Vec<OffPolicyEpisode>,
    ) {
        let flat = |of: fn(&Step) -> &[f32]| -> Vec<f32> {
            self.steps.iter().flat_map(|step| of(step)).copied().collect()
        };
        let (before, after) = (flat(|step| &step.before.inputs), flat(|step| &step.after.inputs));
        let done: Vec<u16> = self.steps.iter().flat_map(|step| &step.choices).copied().collect();
        let action_values = model.values(&before, &done, seen);
        // V̂(s) = Q̂(s, π(s)).
        let state_values = model.values(&before, &course.before, seen);
        let values_after = model.values(&after, &course.after, seen);
        let heads = done.len() / self.steps.len();
        let mut at = 0;
        for segment in self.segments {
            let places = at..at + segment.steps.len();
            at = places.end;
            let steps = places.zip(&segment.steps).map(|(place, step)| {
                let wanted = &course.before[place * heads..][..heads];
                OffPolicyStep {
                    reward: step.reward,
                    behaviour: step.probability,
                    target: if step.choices == wanted { 1.0 } else { 0.0 },
                    action_value: action_values[place],
                    state_value: state_values[place],
                }
            });
            let steps = steps.collect();
            let is_over =
                segment.steps.last().is_some_and(|last| last.ending == scaling::Ending::Terminated);
            let value_after = if is_over { 0.0 } else { values_after[at - 1] };
            episodes.push(OffPolicyEpisode { block: segment.block, steps, value_after });
        }
    }
}

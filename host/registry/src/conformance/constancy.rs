//! Constancy: the same calls give the same answers, whoever shares the batch.

use sandbox::LoadError;

use super::play::{Moment, Way, difference, play};
use super::scenario::Frame;
use super::subject::{Asked, Subject};
use super::verdict::Outcome;

/// A module with the turns that it comes through, and how it answered them as one batch each.
pub(super) struct Course<'a, S: Subject> {
    pub(super) subject: &'a S,
    pub(super) frames: Vec<Frame>,
    /// Not exploring, then exploring.
    pub(super) rounds: Vec<Round>,
}

/// One go at all turns.
pub(super) struct Round {
    pub(super) explore: bool,
    pub(super) moments: Vec<Moment>,
}

impl Round {
    pub(super) fn adverb(&self) -> &'static str {
        if self.explore { ", exploring" } else { "" }
    }
}

impl<'a, S: Subject> Course<'a, S> {
    pub(super) fn new(subject: &'a S, frames: Vec<Frame>) -> Result<Self, LoadError> {
        let modes: &[bool] = if subject.has_chance() { &[false, true] } else { &[false] };
        let round = |&explore: &bool| {
            let moments = play(subject, &mut subject.make(0)?, &frames, explore, Way::Whole);
            Ok(Round { explore, moments })
        };
        let rounds = modes.iter().map(round).collect::<Result<_, LoadError>>()?;
        Ok(Self { subject, frames, rounds })
    }

    /// Plays once more in some way with some seed, and compares.
    fn again(
        &self,
        seed: u64,
        way: Way,
        rounds: &[Round],
        (first, second): (&str, &str),
    ) -> Result<Option<String>, LoadError> {
        for round in rounds {
            let mut asked = self.subject.make(seed)?;
            let moments = play(self.subject, &mut asked, &self.frames, round.explore, way);
            let pair = ((first, round.moments.as_slice()), (second, moments.as_slice()));
            if let Some(seen) = difference(&self.frames, pair.0, pair.1) {
                return Ok(Some(format!("{seen}{}", round.adverb())));
            }
        }
        Ok(None)
    }
}

/// What a module that is made again asks for.
pub(super) fn init<S: Subject>(subject: &S) -> Result<Outcome, LoadError> {
    let wants: Vec<String> = [0, 0, 1, u64::MAX]
        .into_iter()
        .map(|seed| subject.make(seed).map(|asked| asked.wants()))
        .collect::<Result<_, _>>()?;
    let first = &wants[0];
    Ok(match wants.iter().find(|other| *other != first) {
        None => Outcome::kept(first.clone()),
        Some(other) => Outcome::broken(
            "it was made four times with the same settings, with three seeds",
            format!("at first it asked for {first}, then for {other}"),
            "let what `init` answers depend on the settings alone, never on the seed",
        ),
    })
}

pub(super) fn repeat<S: Subject>(course: &Course<'_, S>) -> Result<Outcome, LoadError> {
    let seen = course.again(0, Way::Whole, &course.rounds, ("at first", "then"))?;
    Ok(outcome(
        seen,
        format!("{} turns were put to two new instances with the same seed", course.frames.len()),
        "draw chance from the seed alone, and iterate in a fixed order; under a WASI stub, also use \
         neither its clock nor its randomness",
    ))
}

pub(super) fn seed<S: Subject>(course: &Course<'_, S>) -> Result<Outcome, LoadError> {
    let words = ("with seed 0", "with seed 1");
    let seen = course.again(1, Way::Whole, &course.rounds[..1], words)?;
    Ok(outcome(
        seen,
        "the turns were put to it with another seed, and not to explore",
        "give the best answer when the batch's `explore` is false, and draw lots only when it is true",
    ))
}

pub(super) fn order<S: Subject>(course: &Course<'_, S>) -> Result<Outcome, LoadError> {
    let words = ("in order", "shuffled");
    let seen = course.again(0, Way::Shuffled, &course.rounds, words)?;
    Ok(outcome(
        seen,
        "the rows of each turn were put to it in another order",
        "keep state and chance by workload id and not by row, or declare the scope `group`",
    ))
}

pub(super) fn company<S: Subject>(course: &Course<'_, S>) -> Result<Outcome, LoadError> {
    let seen = course.again(0, Way::Split, &course.rounds, ("together", "apart"))?;
    Ok(outcome(
        seen,
        "each turn was put to it as two batches",
        "let a row's answer depend on its own columns and state alone, not on other rows or on how \
         often it was called, or declare the scope `group`",
    ))
}

/// Kept if nothing differs.
pub(super) fn outcome(seen: Option<String>, done: impl Into<String>, change: &str) -> Outcome {
    match seen {
        None => Outcome::kept(""),
        Some(seen) => Outcome::broken(done, seen, change),
    }
}

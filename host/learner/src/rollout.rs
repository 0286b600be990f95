//! Rollout: transitions as they were met, linked into trajectories.
//!
//! A trajectory goes from a row to the row of the same identity one turn later. It is cut where an episode
//! ends and where a turn gave the row no lesson, and is never joined across such a gap.

use scaling::Ending;
use serde::{Deserialize, Serialize};

use crate::{LearnError, Lessons, RowId, Shape, Turn};

/// What comes after a transition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Follow {
    /// The transition at this position.
    Transition(u32),
    /// Nothing: the episode terminated.
    Nothing,
    /// Something that is not known: the value of the inputs after it stands in for it.
    Unknown,
}

/// Transitions in columns, in the order in which they were met.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rollout {
    /// `[transitions, inputs]`, as the networks saw them.
    pub(crate) inputs: Vec<f32>,
    /// `[transitions, options]`.
    pub(crate) allowed: Vec<bool>,
    /// `[transitions, heads]`: what was applied.
    pub(crate) choices: Vec<u16>,
    /// Of what was applied, under the policy that acted.
    pub(crate) log_probabilities: Vec<f32>,
    /// What the critic said of the inputs.
    pub(crate) values: Vec<f32>,
    pub(crate) rewards: Vec<f64>,
    /// `[transitions, inputs]`: the same row one turn later.
    pub(crate) after: Vec<f32>,
    pub(crate) follows: Vec<Follow>,
    /// Turns that gave lessons.
    pub(crate) turns: u64,
    /// Trajectories that will not go on.
    pub(crate) finished: u64,
    /// All turns.
    now: u64,
    /// Trajectories that may go on, by identity.
    open: Vec<Open>,
}

/// The last transition of a trajectory that may go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Open {
    id: RowId,
    last: u32,
    turn: u64,
}

/// What the policy that acted says of one row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen<'a> {
    /// `[inputs]`, as the networks saw them.
    pub(crate) inputs: &'a [f32],
    /// Of what was applied.
    pub(crate) log_probability: f32,
    /// Of the critic.
    pub(crate) value: f32,
}

impl Rollout {
    /// Number of transitions.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Begins a turn.
    pub(crate) fn begin(&mut self) {
        self.now += 1;
    }

    /// Appends one lesson of the turn. `fold` takes a truncated episode for a terminated one.
    pub(crate) fn append(
        &mut self,
        turn: &Turn,
        (lessons, lesson): (&Lessons, usize),
        seen: Seen<'_>,
        fold: bool,
    ) {
        let row = lessons.rows[lesson];
        let width = |length: usize, rows: usize| length / rows;
        let options = width(turn.allowed.len(), turn.rows());
        let heads = width(lessons.choices.len(), lessons.len());
        let scores = width(lessons.scores.len(), lessons.len());
        let inputs = seen.inputs.len();
        let own = self.len() as u32;
        let follow = match lessons.endings[lesson] {
            Ending::Terminated => Follow::Nothing,
            Ending::Truncated if fold => Follow::Nothing,
            Ending::Truncated | Ending::Running => Follow::Unknown,
        };
        self.inputs.extend_from_slice(seen.inputs);
        self.allowed.extend_from_slice(&turn.allowed[row * options..][..options]);
        self.choices.extend_from_slice(&lessons.choices[lesson * heads..][..heads]);
        self.log_probabilities.push(seen.log_probability);
        self.values.push(seen.value);
        self.rewards.push(lessons.scores[lesson * scores]);
        self.after.extend_from_slice(&lessons.after[lesson * inputs..][..inputs]);
        self.follows.push(follow);
        self.link(turn.ids[row], own, lessons.endings[lesson] == Ending::Running);
    }

    /// Joins a transition to the one before it of the same row, if that was one turn ago.
    fn link(&mut self, id: RowId, own: u32, goes_on: bool) {
        let entry = Open { id, last: own, turn: self.now };
        match self.open.binary_search_by_key(&id, |open| open.id) {
            Ok(place) => {
                let before = self.open[place];
                if before.turn + 1 == self.now {
                    self.follows[before.last as usize] = Follow::Transition(own);
                } else {
                    self.finished += 1;
                }
                if goes_on {
                    self.open[place] = entry;
                } else {
                    self.open.remove(place);
                }
            }
            Err(place) if goes_on => self.open.insert(place, entry),
            Err(_) => {}
        }
        self.finished += u64::from(!goes_on);
    }

    /// Ends a turn: trajectories of rows that gave no lesson are cut.
    pub(crate) fn end(&mut self, lessons: usize) {
        self.turns += u64::from(lessons > 0);
        let before = self.open.len();
        self.open.retain(|open| open.turn == self.now);
        self.finished += (before - self.open.len()) as u64;
    }

    /// Cuts all trajectories that may go on.
    pub(crate) fn cut(&mut self) {
        self.finished += self.open.len() as u64;
        self.open.clear();
    }

    /// Transitions whose value afterwards must be asked for.
    pub(crate) fn unknown(&self) -> impl Iterator<Item = usize> {
        let places = self.follows.iter().enumerate();
        places.filter(|(_, follow)| **follow == Follow::Unknown).map(|(place, _)| place)
    }

    /// Generalised advantage estimation (Schulman et al. 2016, equations 11, 12 and 16), backwards along
    /// each trajectory; `later` gives the values after the [`Rollout::unknown`] transitions in turn.
    ///
    /// δₜ = rₜ + γ V(sₜ₊₁) − V(sₜ), Âₜ = δₜ + γ λ Âₜ₊₁. V(sₜ₊₁) is 0 after a termination, and Âₜ₊₁ is 0
    /// wherever a trajectory ends.
    pub(crate) fn advantages(
        &self,
        later: &[f32],
        (discount, lambda): (f64, f64),
        advantages: &mut Vec<f64>,
    ) {
        advantages.clear();
        advantages.resize(self.len(), 0.0);
        let mut later = later.iter().rev();
        // A transition is always met before what follows it.
        for place in (0..self.len()).rev() {
            let (value_after, advantage_after) = match self.follows[place] {
                Follow::Transition(next) => {
                    (f64::from(self.values[next as usize]), advantages[next as usize])
                }
                Follow::Nothing => (0.0, 0.0),
                Follow::Unknown => {
                    let value = later.next().expect("a value for each that is unknown");
                    (f64::from(*value), 0.0)
                }
            };
            let surprise =
                self.rewards[place] + discount * value_after - f64::from(self.values[place]);
            advantages[place] = surprise + discount * lambda * advantage_after;
        }
    }

    /// Forgets all transitions and keeps their room. What comes is not joined to what was.
    pub(crate) fn clear(&mut self) {
        self.cut();
        self.keep(&[]);
        (self.turns, self.finished) = (0, 0);
    }

    /// Whether each transition's trajectory may go on, which is known at its end.
    fn may_go_on(&self) -> Vec<bool> {
        let mut may = vec![false; self.len()];
        for open in &self.open {
            may[open.last as usize] = true;
        }
        for place in (0..self.len()).rev() {
            if let Follow::Transition(next) = self.follows[place] {
                may[place] = may[next as usize];
            }
        }
        may
    }

    /// Transitions of trajectories that will not go on.
    pub(crate) fn finished_places(&self, places: &mut Vec<usize>) {
        let may_go_on = self.may_go_on();
        places.clear();
        places.extend((0..self.len()).filter(|&place| !may_go_on[place]));
    }

    /// Forgets all transitions but those of trajectories that may go on.
    pub(crate) fn keep_open(&mut self) {
        let may_go_on = self.may_go_on();
        let places: Vec<usize> = (0..self.len()).filter(|&place| may_go_on[place]).collect();
        self.keep(&places);
        (self.turns, self.finished) = (0, 0);
    }

    /// Keeps transitions at ascending places alone.
    fn keep(&mut self, places: &[usize]) {
        let count = self.len();
        let new = |old: u32| places.partition_point(|&place| place < old as usize) as u32;
        for follow in &mut self.follows {
            if let Follow::Transition(next) = follow {
                *next = new(*next);
            }
        }
        for open in &mut self.open {
            open.last = new(open.last);
        }
        gather(&mut self.inputs, count, places);
        gather(&mut self.allowed, count, places);
        gather(&mut self.choices, count, places);
        gather(&mut self.log_probabilities, count, places);
        gather(&mut self.values, count, places);
        gather(&mut self.rewards, count, places);
        gather(&mut self.after, count, places);
        gather(&mut self.follows, count, places);
    }

    /// Refuses columns that are not of this shape.
    pub(crate) fn check(&self, shape: &Shape) -> Result<(), LearnError> {
        let count = self.len();
        let ends = self.open.iter().filter(|open| (open.last as usize) < count).count();
        let follows = self.follows.iter().enumerate().filter(|(place, follow)| match follow {
            Follow::Transition(next) => (place + 1..count).contains(&(*next as usize)),
            Follow::Nothing | Follow::Unknown => true,
        });
        for (list, found, wanted) in [
            ("the inputs of a rollout", self.inputs.len(), count * shape.inputs),
            ("the later inputs of a rollout", self.after.len(), count * shape.inputs),
            ("the masks of a rollout", self.allowed.len(), count * shape.options()),
            ("the choices of a rollout", self.choices.len(), count * shape.heads.len()),
            ("the probabilities of a rollout", self.log_probabilities.len(), count),
            ("the rewards of a rollout", self.rewards.len(), count),
            ("the links of a rollout", follows.count(), count),
            ("the open ends of a rollout", ends, self.open.len()),
        ] {
            if found != wanted {
                return Err(LearnError::Length { list, found, wanted });
            }
        }
        Ok(())
    }
}

/// Advantages at mean 0 and deviation 1: (Â − μ) / (σ + 10⁻⁸), with σ of the sample, which divides by one
/// less (Huang et al. 2022, detail 7).
pub(crate) fn standardise(advantages: &mut [f32]) {
    let count = advantages.len() as f64;
    let mean = advantages.iter().map(|&one| f64::from(one)).sum::<f64>() / count;
    let squares = advantages.iter().map(|&one| (f64::from(one) - mean).powi(2)).sum::<f64>();
    let deviation = (squares / (count - 1.0)).sqrt() + 1e-8;
    for advantage in advantages {
        *advantage = ((f64::from(*advantage) - mean) / deviation) as f32;
    }
}

/// Moves rows of one column to the front.
fn gather<T: Copy>(column: &mut Vec<T>, count: usize, places: &[usize]) {
    let width = column.len() / count.max(1);
    for (to, &from) in places.iter().enumerate() {
        column.copy_within(from * width..(from + 1) * width, to * width);
    }
    column.truncate(places.len() * width);
}

#[cfg(test)]
mod tests;

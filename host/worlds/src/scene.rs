//! Scene: a race as something to learn in: which of its worlds, scored by what, seen through which card.

use std::sync::Arc;
use std::time::Duration;

use agent::{Card, Complaint, View};
use arena::{Practice, Race, Rules, Split};
use scaling::{Column, DetailSet, Reward, causes};
use thiserror::Error;

use crate::WorldError;

/// The most options of a head: a choice is a `u16`.
const MOST_OPTIONS: usize = 1 << u16::BITS;

/// Where episodes come from.
#[derive(Clone)]
pub struct Scene {
    race: Arc<Race>,
    course: usize,
    split: Split,
    /// Positions of the race's rewards, the one that is learned from first.
    rewards: Vec<usize>,
    card: Arc<Card>,
    columns: Arc<[Column]>,
    details: DetailSet,
}

/// A scene that makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SceneError {
    /// The card is refused.
    #[error("the agent's card is refused: {}", list(.0))]
    Card(Vec<Complaint>),
    /// Nobody observes that.
    #[error("the agent's card asks for the column `{name}`, which nobody observes")]
    Column {
        /// The name.
        name: String,
    },
    /// More options than a choice can name.
    #[error(
        "the agent's card has a head of {options} options, and {MOST_OPTIONS} are the most: make its \
         arrangement factored, or give it fewer changes"
    )]
    Options {
        /// Options of the head.
        options: usize,
    },
    /// The race has no such reward.
    #[error("there is no reward `{name}`; there are {}", .known.join(", "))]
    Reward {
        /// What was asked for.
        name: String,
        /// What there is.
        known: Vec<String>,
    },
}

fn list(complaints: &[Complaint]) -> String {
    complaints.iter().map(Complaint::to_string).collect::<Vec<_>>().join("; ")
}

impl Scene {
    /// Episodes of a race's first course, learning from the reward of that name (the main one if
    /// none is named) and scored by all others too.
    pub fn new(
        race: Arc<Race>,
        split: Split,
        reward: Option<&str>,
        card: Card,
    ) -> Result<Self, SceneError> {
        let complaints = card.check();
        if !complaints.is_empty() {
            return Err(SceneError::Card(complaints));
        }
        if let Some(&options) = card.heads().iter().find(|&&options| options > MOST_OPTIONS) {
            return Err(SceneError::Options { options });
        }
        let columns = View::new(&card)
            .columns()
            .iter()
            .map(|name| {
                Column::from_name(name).ok_or_else(|| SceneError::Column { name: name.clone() })
            })
            .collect::<Result<_, _>>()?;
        let known = || race.rewards.iter().map(|reward| reward.name.clone()).collect::<Vec<_>>();
        let first = match reward {
            None => 0,
            Some(name) => known()
                .iter()
                .position(|known| known == name)
                .ok_or_else(|| SceneError::Reward { name: name.to_owned(), known: known() })?,
        };
        let others = (0..race.rewards.len()).filter(|&place| place != first);
        let rewards = [first].into_iter().chain(others).collect();
        let details = DetailSet::NONE;
        Ok(Self { race, course: 0, split, rewards, card: Arc::new(card), columns, details })
    }

    /// The same on another split of the race.
    pub fn on(&self, split: Split) -> Self {
        Self { split, ..self.clone() }
    }

    /// The same with details observed too, for a policy that reads more than columns.
    pub fn with_details(self, details: DetailSet) -> Self {
        Self { details, ..self }
    }

    /// What is observed beside the columns.
    pub fn details(&self) -> DetailSet {
        self.details
    }

    /// What the agent looks at and what it can do.
    pub fn card(&self) -> &Card {
        &self.card
    }

    /// The columns that the card reads, in the order of its view.
    pub(crate) fn columns(&self) -> &Arc<[Column]> {
        &self.columns
    }

    /// Names of the features of a row, workload by workload where several are decided together.
    pub fn feature_names(&self) -> Vec<String> {
        let card = &self.card;
        let of = |feature: &agent::Feature| {
            let mut name = feature.column.clone();
            for (word, other) in [("_times_", &feature.times), ("_over_", &feature.over)] {
                if let Some(other) = other {
                    name.push_str(word);
                    name.push_str(other);
                }
            }
            name
        };
        let workload = |place: usize| {
            let whose = if card.is_group() { format!("workload_{place}_") } else { String::new() };
            card.features.iter().enumerate().map(move |(number, feature)| {
                // The same columns may come twice with other scales and curves.
                let twice = card.features[..number].iter().any(|other| of(other) == of(feature));
                let number = if twice { format!("_{number}") } else { String::new() };
                format!("{whose}{}{number}", of(feature))
            })
        };
        (0..card.workloads()).flat_map(workload).collect()
    }

    /// Changes when features are made in another way.
    pub fn features_version(&self) -> String {
        format!("{:?}", self.card.features)
    }

    /// Changes when the reward that is learned from is another.
    pub fn reward_identity(&self) -> String {
        self.race.rewards[self.rewards[0]].identity.clone()
    }

    /// Names of the scores, the reward that is learned from first.
    pub fn scores(&self) -> Vec<String> {
        self.rewards.iter().map(|&place| self.race.rewards[place].name.clone()).collect()
    }

    /// The agent's period, and that of the ticks.
    pub fn period(&self) -> (Duration, Duration) {
        (Duration::from_millis(self.card.period_milliseconds), self.race.tick)
    }

    /// How long a workload warms up: what happens then is never learned from.
    pub fn warm_up(&self) -> Duration {
        self.race.warm_up
    }

    /// Begins an episode.
    pub fn begin(&self, seed: u64) -> Result<Practice, WorldError> {
        let failed = |attempted: String| {
            move |error: &dyn std::error::Error| WorldError { attempted, cause: causes(error) }
        };
        let course = &self.race.courses[self.course];
        let cluster = (course.make)(seed, self.split)
            .map_err(|error| failed(format!("making the world `{}`", course.name))(&*error))?;
        let rewards = self.rewards.iter().map(|&place| {
            let scorer = &self.race.rewards[place];
            (scorer.make)()
                .map_err(|error| failed(format!("making the reward `{}`", scorer.name))(&*error))
        });
        let rewards = rewards.collect::<Result<Vec<Box<dyn Reward>>, WorldError>>()?;
        let race = &self.race;
        let (rails, quotas) = (&race.rails, &race.quotas);
        let rules = Rules { tick: race.tick, warm_up: race.warm_up, rails, quotas };
        Practice::begin(cluster, rewards, &rules, self.period().0, self.details)
            .map_err(|error| failed("beginning an episode".to_owned())(&error))
    }
}

//! Cluster world: a cluster under guard rails, seen through an agent's card.
//!
//! An agent by workload has a row for each of them; a joint or factored one has a row for each group,
//! whose scores are the means over the group (SIMPPO's team reward; a reward such as SCARLET's is the
//! same for all of them anyway). The lesson of a group is there only if all of its workloads have one.

mod rule;

use agent::{Arrangement, View, joint_allowed, joint_index, parts};
use arena::{Consequence, Practice};
use scaling::{Action, Column, Recommendation, causes};

use crate::{Lessons, RowId, Scene, Shape, Turn, World, WorldError};

/// A cluster seen through a card.
pub struct ClusterWorld {
    scene: Scene,
    shape: Shape,
    view: View,
    practice: Option<Practice>,
    turn: Turn,
    lessons: Lessons,
    /// Rows of the observations that each row of the turn decides about.
    members: Vec<Vec<usize>>,
    recommendations: Vec<Recommendation>,
}

impl ClusterWorld {
    /// A world of this scene; it has no turn before it is reset.
    pub fn new(scene: Scene) -> Self {
        let card = scene.card();
        let shape = Shape { inputs: card.inputs(), heads: card.heads(), scores: scene.scores() };
        Self {
            view: View::new(card),
            shape,
            practice: None,
            turn: Turn::default(),
            lessons: Lessons::default(),
            members: Vec::new(),
            recommendations: Vec::new(),
            scene,
        }
    }

    /// Where its episodes come from.
    pub fn scene(&self) -> &Scene {
        &self.scene
    }

    /// The episode, once there is one.
    pub fn practice(&self) -> Option<&Practice> {
        self.practice.as_ref()
    }

    /// The episode, to ask what it has cost so far.
    pub fn practice_mut(&mut self) -> Option<&mut Practice> {
        self.practice.as_mut()
    }

    /// Lets a period pass under `recommendations`, and looks at what came of it.
    fn pass(&mut self) -> Result<bool, WorldError> {
        let failed = |cause: String| WorldError { attempted: "a step".to_owned(), cause };
        let practice = self.practice.as_mut().ok_or_else(not_begun)?;
        let goes_on =
            practice.step(&self.recommendations).map_err(|error| failed(causes(&error)))?;
        if let Some((position, error)) = practice.complaint() {
            let reward = &self.shape.scores[*position];
            let attempted = format!("scoring by the reward `{reward}`");
            return Err(WorldError { attempted, cause: causes(error) });
        }
        let members = std::mem::take(&mut self.members);
        self.see()?;
        self.learn(&members);
        Ok(goes_on)
    }

    /// Looks at the present turn.
    fn see(&mut self) -> Result<(), WorldError> {
        let practice = self.practice.as_ref().ok_or_else(not_begun)?;
        let card = self.scene.card();
        let (changes, features) = (card.changes.len(), card.features.len());
        let workloads = practice.workloads();
        self.turn.ids.clear();
        let mut name = |row: u64| self.turn.ids.push(RowId { world: 0, row });
        if card.is_group() {
            self.members = practice.groups().to_vec();
            for group in &self.members {
                let id = workloads[group[0]].group;
                if group.len() != card.workloads() {
                    return Err(WorldError {
                        attempted: "looking at the cluster".to_owned(),
                        cause: format!(
                            "group {id} has {} workloads and the agent's card decides {} together: \
                             change the card's `workloads` or its arrangement",
                            group.len(),
                            card.workloads()
                        ),
                    });
                }
                name(id.0.into());
            }
        } else {
            self.members = (0..workloads.len()).map(|row| vec![row]).collect();
            workloads.iter().for_each(|workload| name(workload.id.0));
        }
        let observations = practice.observations();
        let count = observations.rows();
        self.turn.inputs.clear();
        self.turn.inputs.resize(count * features, 0.0);
        let mut allowed = vec![false; count * changes];
        let rows = self.members.iter().flatten();
        let places =
            self.turn.inputs.chunks_exact_mut(features).zip(allowed.chunks_exact_mut(changes));
        for (&row, (inputs, allowed)) in rows.zip(places) {
            let columns = self.scene.columns();
            let value = |place: usize| observations.column(columns[place])[row];
            self.view.encode(value, inputs);
            self.view.allowed(value, allowed);
            restrict(allowed, &self.view, value, practice.range(row));
        }
        self.turn.allowed.clear();
        match card.arrangement {
            Arrangement::Joint { workloads } => {
                let options = self.shape.heads[0];
                self.turn.allowed.resize(self.members.len() * options, false);
                let masks = self.turn.allowed.chunks_exact_mut(options);
                for (group, mask) in allowed.chunks_exact(changes * workloads).zip(masks) {
                    joint_allowed(group, changes, mask);
                }
            }
            _ => self.turn.allowed.extend_from_slice(&allowed),
        }
        Ok(())
    }

    /// Makes lessons of the consequences of the last turn, whose rows had these members.
    fn learn(&mut self, members: &[Vec<usize>]) {
        self.lessons.clear();
        let practice = self.practice.as_ref().expect("a step has just been made");
        let card = self.scene.card();
        let (inputs, options) = (self.shape.inputs, self.shape.options());
        let consequences = practice.consequences();
        let of = |&before: &usize| {
            let at = consequences.binary_search_by_key(&before, |one| one.before_row).ok()?;
            Some(&consequences[at])
        };
        let mut changes = vec![0; card.workloads()];
        for (row, group) in members.iter().enumerate() {
            let of_group: Vec<&Consequence> = group.iter().filter_map(of).collect();
            if of_group.len() < group.len() {
                continue;
            }
            // The row of the turn that is there now: the same workload or group.
            let after = self
                .members
                .iter()
                .position(|now| now.iter().copied().eq(of_group.iter().map(|one| one.after_row)));
            let Some(after) = after else { continue };
            let found = of_group.iter().zip(&mut changes).all(|(one, change)| {
                let which = change_of(card, &one.action);
                *change = which.unwrap_or(0);
                which.is_some()
            });
            // What was applied and is none of the card's changes teaches nothing.
            if !found {
                continue;
            }
            match card.arrangement {
                Arrangement::Joint { .. } => {
                    let option = joint_index(&changes, card.changes.len());
                    self.lessons.choices.push(option as u16);
                }
                _ => self.lessons.choices.extend(changes.iter().map(|&change| change as u16)),
            }
            for score in 0..self.shape.scores.len() {
                let sum: f64 = of_group.iter().map(|one| one.scores[score]).sum();
                self.lessons.scores.push(sum / of_group.len() as f64);
            }
            self.lessons.rows.push(row);
            self.lessons.endings.push(of_group[0].ending);
            let from = after * inputs;
            self.lessons.after.extend_from_slice(&self.turn.inputs[from..from + inputs]);
            let from = after * options;
            self.lessons.allowed_after.extend_from_slice(&self.turn.allowed[from..from + options]);
        }
    }

    fn recommend(&mut self, choices: &[u16]) -> Result<(), WorldError> {
        let practice = self.practice.as_ref().ok_or_else(not_begun)?;
        let card = self.scene.card();
        let observations = practice.observations();
        let heads = self.shape.heads.len();
        self.recommendations.clear();
        self.recommendations.resize(observations.rows(), Recommendation::hold());
        let mut changes = vec![0; card.workloads()];
        for (group, choice) in self.members.iter().zip(choices.chunks_exact(heads)) {
            match card.arrangement {
                Arrangement::Joint { .. } => {
                    parts(choice[0].into(), card.changes.len(), &mut changes);
                }
                _ => changes.iter_mut().zip(choice).for_each(|(change, &one)| *change = one.into()),
            }
            for (&row, &change) in group.iter().zip(&changes) {
                let columns = self.scene.columns();
                let value = |place: usize| observations.column(columns[place])[row];
                self.recommendations[row] = recommendation(&self.view, change, value);
            }
        }
        Ok(())
    }
}

impl World for ClusterWorld {
    fn shape(&self) -> &Shape {
        &self.shape
    }

    fn reset(&mut self, seed: u64) -> Result<(), WorldError> {
        self.practice = Some(self.scene.begin(seed)?);
        self.lessons.clear();
        self.see()
    }

    fn turn(&self) -> &Turn {
        &self.turn
    }

    fn step(&mut self, choices: &[u16]) -> Result<bool, WorldError> {
        self.recommend(choices)?;
        self.pass()
    }

    fn lessons(&self) -> &Lessons {
        &self.lessons
    }

    fn measures(&mut self) -> Vec<(&'static str, f64)> {
        let Some(practice) = &mut self.practice else { return Vec::new() };
        let preservation = practice.slo_preservation();
        let measures = practice.measures();
        let share = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { f64::NAN };
        let requests = &measures.requests;
        vec![
            ("reward", measures.rewards.first().and_then(|one| one.mean()).unwrap_or(f64::NAN)),
            ("slo_preservation", preservation.unwrap_or(f64::NAN)),
            (
                "cpu_utilisation",
                share(measures.cpu_core_seconds_used, measures.cpu_core_seconds_allocated),
            ),
            (
                "slo_violations",
                share(requests.slo_violations as f64, requests.with_objective as f64),
            ),
            ("replica_seconds", measures.replica_seconds),
        ]
    }

    fn sights(&self) -> Vec<(String, f64)> {
        let Some(practice) = &self.practice else { return Vec::new() };
        let seen = practice.observations();
        let mut sights = Vec::new();
        for (row, workload) in practice.workloads().iter().enumerate() {
            let percentile = workload.slo.map(|slo| slo.percentile).unwrap_or_default();
            let mut sight = |what: &str, column: Column| {
                sights.push((format!("{what} {}", workload.name), seen.column(column)[row]));
            };
            sight("latency_seconds_tail", percentile.column());
            sight("latency_slo_seconds", Column::LatencySloSeconds);
            sight("replicas", Column::ReplicasDesired);
            sight("arrival_rate_per_second", Column::ArrivalRatePerSecond);
        }
        sights
    }
}

fn not_begun() -> WorldError {
    let attempted = "a step".to_owned();
    WorldError { attempted, cause: "the world was not reset before".to_owned() }
}

/// Forbids the changes of replicas that guard rails would not let through now.
fn restrict(
    allowed: &mut [bool],
    view: &View,
    value: impl Fn(usize) -> f64 + Copy,
    (least, most): (u32, u32),
) {
    for (change, allowed) in allowed.iter_mut().enumerate() {
        if let Some(replicas) = view.targets(change, value).replicas {
            *allowed &= (f64::from(least)..=f64::from(most)).contains(&replicas);
        }
    }
}

fn recommendation(view: &View, change: usize, value: impl Fn(usize) -> f64) -> Recommendation {
    let targets = view.targets(change, value);
    // Targets lie within bounds that are integers of these types, because only allowed changes are
    // chosen; anything else saturates and is stopped by the guard.
    Recommendation {
        replicas: targets.replicas.map(|replicas| replicas as u32),
        cpu_millicores: targets.cpu_millicores.map(|cpu| cpu as u32),
        memory_bytes: targets.memory_bytes.map(|memory| memory as u64),
        ..Recommendation::hold()
    }
}

fn change_of(card: &agent::Card, action: &Action) -> Option<usize> {
    let difference =
        |after: u64, before: u64| i64::try_from(i128::from(after) - i128::from(before));
    card.change_of(
        i64::from(action.replicas_after) - i64::from(action.replicas_before),
        i64::from(action.cpu_millicores_after) - i64::from(action.cpu_millicores_before),
        difference(action.memory_bytes_after, action.memory_bytes_before).ok()?,
    )
}

#[cfg(test)]
mod tests;

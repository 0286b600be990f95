//! Cluster stage: a cluster under guard rails, seen through a card.

use agent::{Arrangement, Card, Change, joint_index};
use arena::Practice;
use scaling::Column;
use worlds::{ClusterWorld, RowId, Scene, World, WorldError};

use crate::stage::{FACTS, Outcome, Stage};
use crate::totals::{Bill, named};

/// A cluster as an environment. An episode begins when the warm-up is over: nothing is learned from
/// that, so everything is held and whoever steps never sees it.
pub(crate) struct ClusterStage {
    scene: Scene,
    world: ClusterWorld,
    /// Who is decided about, the same at every turn.
    rows: Vec<RowId>,
    bill: Bill,
    outcome: Outcome,
}

impl ClusterStage {
    pub(crate) fn new(scene: Scene) -> Self {
        Self {
            world: ClusterWorld::new(scene.clone()),
            scene,
            rows: Vec::new(),
            bill: Bill::default(),
            outcome: Outcome::default(),
        }
    }

    fn practice(&mut self) -> &mut Practice {
        self.world.practice_mut().expect("the world was reset before")
    }

    fn bill(&mut self) -> Bill {
        let practice = self.practice();
        let totals = practice.totals();
        Bill::of(&totals, practice.workloads())
    }

    /// Lets the warm-up pass.
    fn warm_up(&mut self) -> Result<(), WorldError> {
        let warm_up = self.scene.warm_up();
        let start = self.practice().observations().now;
        let hold = hold(self.scene.card());
        while self.practice().observations().now.since(start) < warm_up {
            if !self.world.step(&hold.repeat(self.rows.len()))? {
                return Err(WorldError {
                    attempted: "beginning an episode".to_owned(),
                    cause: "it is over before its warm-up is: make it longer".to_owned(),
                });
            }
        }
        Ok(())
    }

    /// Takes note of what came of a step.
    fn take_note(&mut self) {
        let bill = self.bill();
        let [violation, replica_seconds, cpu_core_seconds] = bill.since(&self.bill);
        self.bill = bill;
        let practice = self.world.practice().expect("a step has just been made");
        let kept = practice.observations().column(Column::SloPreservationRatio);
        let known: Vec<f64> = kept.iter().copied().filter(|kept| !kept.is_nan()).collect();
        let preservation = known.iter().sum::<f64>() / known.len() as f64;
        let consequences = practice.consequences();
        let illegal = consequences.iter().filter(|one| one.action.illegal).count() as f64;
        self.outcome.facts = [preservation, violation, replica_seconds, cpu_core_seconds, illegal];
        // Workloads that nothing came of (a failed application, a gap) are left out of the mean; a step
        // with none at all gives nothing.
        let mean = |position: usize| match consequences.len() {
            0 => 0.0,
            count => {
                consequences.iter().map(|one| one.scores[position]).sum::<f64>() / count as f64
            }
        };
        self.outcome.rewards = (0..self.world.shape().scores.len()).map(mean).collect();
        self.outcome.reward = self.outcome.rewards[0];
        let heads = self.world.shape().heads.len();
        self.outcome.applied.clear();
        self.outcome.applied.resize(self.rows.len() * heads, -1);
        let lessons = self.world.lessons();
        for (&row, choices) in lessons.rows.iter().zip(lessons.choices.chunks_exact(heads)) {
            let applied = &mut self.outcome.applied[row * heads..(row + 1) * heads];
            // An option of more than an i16 is of a joint head that nobody can learn.
            let known = |&choice: &u16| i16::try_from(choice).unwrap_or(-1);
            applied.iter_mut().zip(choices).for_each(|(applied, choice)| *applied = known(choice));
        }
    }
}

impl Stage for ClusterStage {
    fn begin(&mut self, seed: u64) -> Result<(), WorldError> {
        self.world.reset(seed)?;
        self.rows.clone_from(&self.world.turn().ids);
        self.warm_up()?;
        self.bill = self.bill();
        self.outcome = Outcome { facts: [0.0; FACTS.len()], ..Outcome::default() };
        Ok(())
    }

    fn step(&mut self, choices: &[u16]) -> Result<bool, WorldError> {
        let goes_on = self.world.step(choices)?;
        if self.world.turn().ids != self.rows {
            return Err(WorldError {
                attempted: "a step".to_owned(),
                cause:
                    "a workload joined or left, and the observations of an environment have one \
                        shape: use an agent that decides by workload, outside of Gymnasium"
                        .to_owned(),
            });
        }
        self.take_note();
        Ok(goes_on)
    }

    fn inputs(&self) -> &[f32] {
        &self.world.turn().inputs
    }

    fn allowed(&self) -> &[bool] {
        &self.world.turn().allowed
    }

    fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    fn totals(&mut self) -> Vec<(String, f64)> {
        let scores = self.scene.scores();
        let practice = self.practice();
        let preservation = practice.slo_preservation();
        named(&practice.measures(), &scores, preservation)
    }
}

/// The options of a row's heads that leave everything as it is.
fn hold(card: &Card) -> Vec<u16> {
    let none = card.changes.iter().position(|change| *change == Change::NONE);
    let none = none.expect("a card without that change is refused");
    let joint = joint_index(&vec![none; card.workloads()], card.changes.len());
    match card.arrangement {
        Arrangement::Joint { .. } => vec![joint as u16],
        _ => vec![none as u16; card.workloads()],
    }
}

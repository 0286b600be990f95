//! Log: what a rule did, row by row, with how likely it was and what the rule wanted next.

use std::collections::{BTreeMap, VecDeque};

use scaling::Ending;
use serde::{Deserialize, Serialize};

use crate::RowId;

/// A row as it was seen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Seen {
    /// `[inputs]`
    pub(super) inputs: Vec<f32>,
    /// `[options]`
    pub(super) allowed: Vec<bool>,
    /// `[heads]`: what the rule would choose.
    pub(super) wish: Vec<u16>,
}

/// A step of a row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Step {
    pub(super) before: Seen,
    /// `[heads]`: what was chosen. Guard rails that make something else of it belong to the world.
    pub(super) choices: Vec<u16>,
    /// Of what was chosen.
    pub(super) probability: f64,
    pub(super) reward: f64,
    pub(super) after: Seen,
    pub(super) ending: Ending,
}

/// Steps of a row that followed on each other, all in one block.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Segment {
    /// A stretch of turns; that of all rows has the same number.
    pub(super) block: u64,
    /// At least one.
    pub(super) steps: Vec<Step>,
    /// The turn of the last step.
    turn: u64,
}

/// Segments of bounded length, the oldest of which go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Log {
    horizon: u64,
    most: u64,
    turn: u64,
    open: BTreeMap<RowId, Segment>,
    segments: VecDeque<Segment>,
    held: u64,
    /// Steps taken in since the log was empty.
    steps: u64,
}

impl Log {
    /// A log of segments of at most `horizon` turns and of at most `most` steps in all.
    pub(super) fn new(horizon: u64, most: u64) -> Self {
        let (open, segments) = (BTreeMap::new(), VecDeque::new());
        Self { horizon, most, turn: 0, open, segments, held: 0, steps: 0 }
    }

    /// A step of this turn.
    pub(super) fn push(&mut self, id: RowId, step: Step) {
        self.steps += 1;
        let (turn, block) = (self.turn, self.turn / self.horizon);
        let goes_on = step.ending == Ending::Running;
        match self.open.get_mut(&id) {
            // A turn without a lesson is a gap.
            Some(segment) if segment.turn + 1 == turn => {
                segment.steps.push(step);
                segment.turn = turn;
            }
            _ => {
                self.close(id);
                self.open.insert(id, Segment { block, steps: vec![step], turn });
            }
        }
        if !goes_on {
            self.close(id);
        }
    }

    /// The turn is over.
    pub(super) fn end_turn(&mut self) {
        self.turn += 1;
        if self.turn.is_multiple_of(self.horizon) {
            let rows: Vec<RowId> = self.open.keys().copied().collect();
            rows.into_iter().for_each(|id| self.close(id));
        }
    }

    fn close(&mut self, id: RowId) {
        let Some(segment) = self.open.remove(&id) else { return };
        self.held += segment.steps.len() as u64;
        self.segments.push_back(segment);
        while self.held > self.most {
            let Some(oldest) = self.segments.pop_front() else { return };
            self.held -= oldest.steps.len() as u64;
        }
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        *self = Self::new(self.horizon, self.most);
    }

    /// Segments that are whole.
    pub(super) fn segments(&self) -> impl Iterator<Item = &Segment> {
        self.segments.iter()
    }

    /// Steps taken in since the log was empty.
    pub(super) fn steps(&self) -> u64 {
        self.steps
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(reward: f64, ending: Ending) -> Step {
        let seen = Seen { inputs: vec![0.0], allowed: vec![true], wish: vec![0] };
        Step {
            before: seen.clone(),
            choices: vec![0],
            probability: 1.0,
            reward,
            after: seen,
            ending,
        }
    }

    fn id(row: u64) -> RowId {
        RowId { world: 0, row }
    }

    /// Block and rewards of each segment.
    fn held(log: &Log) -> Vec<(u64, Vec<f64>)> {
        let rewards = |segment: &Segment| segment.steps.iter().map(|step| step.reward).collect();
        log.segments().map(|segment| (segment.block, rewards(segment))).collect()
    }

    #[test]
    fn segments_end_with_blocks_episodes_and_gaps() {
        let mut log = Log::new(4, 100);
        for turn in 0..8_u32 {
            // Row 1 has no lesson at turn 5 and an end at turn 2.
            let ending = if turn == 2 { Ending::Truncated } else { Ending::Running };
            log.push(id(0), step(turn.into(), Ending::Running));
            if turn != 5 {
                log.push(id(1), step(10.0 + f64::from(turn), ending));
            }
            log.end_turn();
        }
        let wanted: [(u64, &[f64]); 6] = [
            (0, &[10.0, 11.0, 12.0]),
            (0, &[0.0, 1.0, 2.0, 3.0]),
            (0, &[13.0]),
            (1, &[14.0]),
            (1, &[4.0, 5.0, 6.0, 7.0]),
            (1, &[16.0, 17.0]),
        ];
        assert_eq!(held(&log), wanted.map(|(block, rewards)| (block, rewards.to_vec())));
        assert_eq!(log.steps(), 15);
    }

    #[test]
    fn the_oldest_go_where_there_are_too_many() {
        let mut log = Log::new(2, 4);
        for turn in 0..10_u32 {
            log.push(id(0), step(turn.into(), Ending::Running));
            log.end_turn();
        }
        assert_eq!(held(&log), [(3, vec![6.0, 7.0]), (4, vec![8.0, 9.0])]);
        log.clear();
        assert_eq!((held(&log).len(), log.steps()), (0, 0));
    }
}

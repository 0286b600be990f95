//! Survey: one instance is put through every turn, and all that can be seen of it is noted. Turns that
//! do not come through are left out of what follows.

use std::time::Duration;

use sandbox::LoadError;
use scaling::WorkloadId;

use super::play::teaches;
use super::scenario::{Frame, plain, scenario, unbelievable};
use super::subject::{Asked, Said, Subject, Used};

/// What was seen.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// The turns that came through.
    pub(super) frames: Vec<Frame>,
    /// Turns that were put.
    pub(super) turns: usize,
    /// Rows that were answered, and rows that were declined.
    pub(super) answered: usize,
    pub(super) declined: usize,
    pub(super) first_declined: Option<String>,
    /// Each with its place; so with the others.
    pub(super) implausible: Vec<String>,
    pub(super) traps: Vec<String>,
    pub(super) odd_explanations: Vec<String>,
    pub(super) lessons: usize,
    pub(super) declined_lesson: Option<String>,
    pub(super) log_lines_most: usize,
    pub(super) dropped_log_lines: u64,
    pub(super) first_dropped: Option<String>,
    /// The turn that took most of its fuel.
    pub(super) dearest: Option<Dearest>,
    pub(super) memory_bytes_peak: usize,
    /// Fuel that making the instance took.
    pub(super) start_fuel: u64,
    /// Bytes of the largest snapshot.
    pub(super) snapshot_bytes: usize,
}

/// What a turn took of what it may.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Dearest {
    pub(super) share: f64,
    pub(super) place: String,
}

/// Sizes of groups that are tried with a module that declines five workloads together.
const SIZES: [u64; 12] = [1, 2, 3, 4, 6, 7, 8, 9, 10, 12, 16, 32];

/// The only size of group that a module seems to answer, if it declines others: a network, say, that decides
/// three workloads together.
fn only_size<S: Subject>(subject: &S, period: Duration) -> Result<Option<u64>, LoadError> {
    if subject.by_row() {
        return Ok(None);
    }
    let mut asked = subject.make(0)?;
    let mut answers = |size: u64| {
        let said = asked.ask(&plain(size, size, period), false).said;
        !said.iter().all(|(_, said)| matches!(said, Said::Declined(_)))
    };
    Ok(if answers(5) { None } else { SIZES.into_iter().find(|&size| answers(size)) })
}

impl Survey {
    /// Puts every turn to a new instance, not exploring, and then to another, exploring.
    pub(super) fn of<S: Subject>(subject: &S) -> Result<Self, LoadError> {
        let mut asked = subject.make(0)?;
        let period = asked.period();
        let mut survey = Survey { start_fuel: asked.used().fuel, ..Survey::default() };
        let mut frames = scenario(period, only_size(subject, period)?);
        survey.learn(&mut asked, None);
        frames.retain(|frame| survey.turn(subject, &mut asked, frame, false));
        survey.take_snapshot(&mut asked, &frames);
        for frame in unbelievable(period) {
            survey.beyond_belief(&mut asked, &frame);
        }
        survey.memory_bytes_peak = asked.used().memory_bytes_peak;
        if subject.has_chance() {
            let mut asked = subject.make(0)?;
            frames.retain(|frame| survey.turn(subject, &mut asked, frame, true));
            survey.take_snapshot(&mut asked, &frames);
            survey.memory_bytes_peak = survey.memory_bytes_peak.max(asked.used().memory_bytes_peak);
        }
        survey.frames = frames;
        Ok(survey)
    }

    /// One turn; true if it came through.
    fn turn<S: Subject>(
        &mut self,
        subject: &S,
        asked: &mut S::Asked,
        frame: &Frame,
        explore: bool,
    ) -> bool {
        if subject.is_out_of_time() {
            return false;
        }
        let place = frame.place();
        let before = asked.used();
        let turn = asked.ask(frame, explore);
        let after = asked.used();
        self.turns += 1;
        self.note_cost(subject, frame, after.fuel - before.fuel, &place);
        self.note_log(turn.log_lines, before, after, &place);
        self.odd_explanations.extend(turn.odd_explanation.map(|odd| format!("{place}: {odd}")));
        let mut sound = true;
        for (id, said) in &turn.said {
            match said {
                Said::Answer(_) => self.answered += 1,
                Said::Declined(message) => {
                    self.declined += 1;
                    self.first_declined.get_or_insert_with(|| format!("{place}: {message}"));
                }
                Said::Implausible(cause) => {
                    self.implausible.push(format!("{place}, workload {id}: {cause}"));
                    sound = false;
                }
                Said::Broken(cause) => {
                    if sound {
                        self.traps.push(format!("{place}, workload {id}: {cause}"));
                    }
                    sound = false;
                }
            }
        }
        if sound && after.traps > before.traps {
            self.traps.push(format!(
                "{place}: {} workloads in one batch trapped, and were answered when asked in halves",
                turn.said.len()
            ));
            sound = false;
        }
        if sound && teaches(frame) {
            sound = self.learn(asked, Some(frame));
        }
        sound
    }

    /// Whether it came back from learning.
    fn learn(&mut self, asked: &mut impl Asked, frame: Option<&Frame>) -> bool {
        let Some(learned) = asked.learn(frame) else { return true };
        self.lessons += 1;
        let place = || match frame {
            Some(frame) => format!("learning from {}", frame.place()),
            None => "learning from nothing at all".to_owned(),
        };
        match learned {
            Said::Answer(_) => true,
            Said::Declined(message) => {
                self.declined_lesson.get_or_insert_with(|| format!("{}: {message}", place()));
                true
            }
            Said::Implausible(cause) | Said::Broken(cause) => {
                self.traps.push(format!("{}: {cause}", place()));
                false
            }
        }
    }

    fn beyond_belief(&mut self, asked: &mut impl Asked, frame: &Frame) {
        let place = frame.place();
        let before = asked.used();
        let turn = asked.ask(frame, false);
        let broken = turn.said.iter().find_map(|(id, said)| match said {
            Said::Broken(cause) => Some(format!("{place}, workload {id}: {cause}")),
            _ => None,
        });
        match broken {
            Some(broken) => self.traps.push(broken),
            None if asked.used().traps > before.traps => self.traps.push(place),
            None => {}
        }
    }

    fn note_cost<S: Subject>(&mut self, subject: &S, frame: &Frame, fuel: u64, place: &str) {
        let limits = subject.limits();
        let limit =
            limits.row_fuel.saturating_mul(frame.rows() as u64).saturating_add(limits.call_fuel);
        let share = fuel as f64 / limit.max(1) as f64;
        if self.dearest.as_ref().is_none_or(|dearest| dearest.share < share) {
            self.dearest = Some(Dearest { share, place: place.to_owned() });
        }
    }

    fn note_log(&mut self, lines: usize, before: Used, after: Used, place: &str) {
        self.log_lines_most = self.log_lines_most.max(lines);
        let dropped = after.dropped_log_lines - before.dropped_log_lines;
        if dropped > 0 {
            self.dropped_log_lines += dropped;
            let lost = || format!("{place}: {lines} lines were kept and {dropped} dropped");
            self.first_dropped.get_or_insert_with(lost);
        }
    }

    fn take_snapshot(&mut self, asked: &mut impl Asked, frames: &[Frame]) {
        match asked.snapshot(&workloads(frames)) {
            Ok(snapshot) => self.snapshot_bytes = self.snapshot_bytes.max(snapshot.len()),
            Err(cause) => self.traps.push(cause),
        }
    }
}

/// All workloads of these turns, once each.
pub(super) fn workloads(frames: &[Frame]) -> Vec<WorkloadId> {
    let mut ids: Vec<WorkloadId> = frames.iter().flat_map(|frame| frame.now.ids()).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

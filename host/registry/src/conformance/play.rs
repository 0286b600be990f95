//! Play: a module is put through turns, and two goes at them are compared.

use scaling::WorkloadId;

use super::scenario::Frame;
use super::subject::{Asked, Said, Subject, Turn};

/// It learns after every so many turns.
const TURNS_BETWEEN_LESSONS: u64 = 4;

/// How a turn is put to a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// As one batch.
    Whole,
    /// As one batch in another order.
    Shuffled,
    /// As two batches.
    Split,
}

/// What came of one turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Moment {
    /// By workload, in the order of the frame.
    said: Vec<(WorkloadId, Said)>,
    learned: Option<Said>,
}

/// Puts turns to an instance, which learns in between, for as long as there is time.
pub(super) fn play<S: Subject>(
    subject: &S,
    asked: &mut S::Asked,
    frames: &[Frame],
    explore: bool,
    way: Way,
) -> Vec<Moment> {
    let turn = |frame: &Frame| {
        let said = put(asked, frame, explore, way);
        let learned = teaches(frame).then(|| asked.learn(Some(frame))).flatten();
        Moment { said, learned }
    };
    let frames = frames.iter().filter(|frame| frame.rows() > 0);
    frames.take_while(|_| !subject.is_out_of_time()).map(turn).collect()
}

/// Whether a lesson follows upon this turn. By its number, so that playing from the middle teaches
/// the same.
pub(super) fn teaches(frame: &Frame) -> bool {
    frame.now.tick.is_multiple_of(TURNS_BETWEEN_LESSONS)
}

fn put(asked: &mut impl Asked, frame: &Frame, explore: bool, way: Way) -> Vec<(WorkloadId, Said)> {
    match way {
        Way::Whole => asked.ask(frame, explore).said,
        Way::Shuffled => {
            let places = frame.shuffled();
            let Turn { mut said, .. } = asked.ask(&frame.picked(&places), explore);
            let place = |id: &WorkloadId| frame.now.cards.iter().position(|card| card.id == *id);
            said.sort_by_cached_key(|(id, _)| place(id));
            said
        }
        Way::Split => {
            let places: Vec<usize> = (0..frame.rows()).collect();
            let (first, second) = places.split_at(frame.rows() / 2);
            let parts = [first, second].into_iter().filter(|part| !part.is_empty());
            parts.flat_map(|part| asked.ask(&frame.picked(part), explore).said).collect()
        }
    }
}

/// The first thing that differs between two goes at the same turns, in words.
pub(super) fn difference(
    frames: &[Frame],
    (first, one): (&str, &[Moment]),
    (second, other): (&str, &[Moment]),
) -> Option<String> {
    let frames = frames.iter().filter(|frame| frame.rows() > 0);
    for (frame, (one, other)) in frames.zip(one.iter().zip(other)) {
        let place = frame.place();
        for ((id, said), (_, also)) in one.said.iter().zip(&other.said) {
            if said != also {
                let (said, also) = apart(&said.words(), &also.words());
                return Some(format!(
                    "{place}, workload {id}: {first} `{said}`, {second} `{also}`"
                ));
            }
        }
        if one.learned != other.learned {
            let words = |learned: &Option<Said>| {
                let words = learned.as_ref().map(Said::words).unwrap_or_default();
                if words.is_empty() { "it learned".to_owned() } else { words }
            };
            let (one, other) = (words(&one.learned), words(&other.learned));
            return Some(format!("{place}, learning: {first} `{one}`, {second} `{other}`"));
        }
    }
    None
}

/// Two texts, cut to where they begin to differ if they are long.
fn apart(one: &str, other: &str) -> (String, String) {
    const SHOWN: usize = 100;
    const LEAD: usize = 30;
    let common = one.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
    let cut = |text: &str| {
        let count = text.chars().count();
        let skipped = if count > SHOWN { common.saturating_sub(LEAD) } else { 0 };
        let middle: String = text.chars().skip(skipped).take(SHOWN).collect();
        let (before, after) = (skipped > 0, skipped + SHOWN < count);
        format!("{}{middle}{}", if before { "…" } else { "" }, if after { "…" } else { "" })
    };
    (cut(one), cut(other))
}

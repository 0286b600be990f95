//! State: what a module remembers, hands on, takes over and forgets.

use sandbox::LoadError;
use scaling::WorkloadId;

use super::constancy::{Course, outcome};
use super::play::{Way, difference, play};
use super::scenario::Frame;
use super::subject::{Asked, Said, Subject};
use super::survey::workloads;
use super::verdict::Outcome;

/// The workloads that go on elsewhere, and the one that leaves: all are in most turns.
const MOVED: [WorkloadId; 2] = [WorkloadId(1), WorkloadId(3)];
const LEAVING: WorkloadId = WorkloadId(2);
/// Nobody has seen this one.
const UNKNOWN: WorkloadId = WorkloadId(987_654_321);

/// A module that says it keeps no state answers the later turns as if it had not seen the earlier.
pub(super) fn stateless<S: Subject>(course: &Course<'_, S>) -> Result<Outcome, LoadError> {
    let half = course.frames.len() / 2;
    let later = &course.frames[half..];
    for round in &course.rounds {
        let moments =
            play(course.subject, &mut course.subject.make(0)?, later, round.explore, Way::Whole);
        let old = ("an instance in use", &round.moments[half..]);
        if let Some(seen) = difference(later, old, ("a new one", &moments)) {
            return Ok(Outcome::broken(
                "it describes itself with `stateful: false`; the later turns were put to a new instance",
                format!("{seen}{}", round.adverb()),
                "describe it with `stateful: true` and give `snapshot` and `restore`, or let every \
                 answer depend on its batch, the tick and the seed alone",
            ));
        }
    }
    Ok(Outcome::kept(""))
}

/// A module that keeps state goes on in a new instance from its snapshot.
pub(super) fn snapshot<S: Subject>(course: &Course<'_, S>) -> Result<Outcome, LoadError> {
    let count = course.frames.len();
    let mut bytes = 0;
    for round in &course.rounds {
        for place in [count / 3, 2 * count / 3] {
            let (earlier, later) = course.frames.split_at(place);
            let mut old = course.subject.make(0)?;
            play(course.subject, &mut old, earlier, round.explore, Way::Whole);
            let done = format!("a snapshot was taken after {place} turns{}", round.adverb());
            let (mut new, snapshot) = match moved(course, &mut old, &workloads(earlier))? {
                Ok(moved) => moved,
                Err(seen) => return Ok(Outcome::broken(done, seen, TAKE_OVER)),
            };
            bytes = snapshot.len();
            let went_on = play(course.subject, &mut new, later, round.explore, Way::Whole);
            let uninterrupted = ("uninterrupted", &round.moments[place..]);
            if let Some(seen) = difference(later, uninterrupted, ("restored", &went_on)) {
                return Ok(Outcome::broken(
                    format!("{done} and restored into a new instance"),
                    seen,
                    "put everything that later answers depend on into the snapshot: windows, counters, \
                     what was learned, and where its own chance has got to",
                ));
            }
            let went_on = play(course.subject, &mut old, later, round.explore, Way::Whole);
            if let Some(seen) = difference(later, uninterrupted, ("after `snapshot`", &went_on)) {
                return Ok(Outcome::broken(done, seen, "let `snapshot` change nothing"));
            }
        }
    }
    Ok(Outcome::kept(format!("twice, with {bytes} bytes")))
}

const TAKE_OVER: &str = "let `restore` take over whatever `snapshot` gives";

/// An instance that has been restored, with the snapshot that it was restored from.
type Resumed<S> = (<S as Subject>::Asked, Vec<u8>);

/// A new instance with the state of these workloads, and the snapshot. The inner error says what went
/// wrong.
fn moved<S: Subject>(
    course: &Course<'_, S>,
    old: &mut S::Asked,
    ids: &[WorkloadId],
) -> Result<Result<Resumed<S>, String>, LoadError> {
    let mut new = course.subject.make(0)?;
    Ok(old.snapshot(ids).and_then(|snapshot| match new.restore(&snapshot) {
        Said::Answer(_) => Ok((new, snapshot)),
        refused => Err(format!("`restore` did not take it: {}", refused.words())),
    }))
}

/// Some of the workloads go on elsewhere.
pub(super) fn subset<S: Subject>(course: &Course<'_, S>) -> Result<Outcome, LoadError> {
    let (earlier, later) = course.frames.split_at(course.frames.len() / 2);
    let later: Vec<Frame> =
        later.iter().map(|frame| frame.only(|id| MOVED.contains(&id))).collect();
    let mut old = course.subject.make(0)?;
    play(course.subject, &mut old, earlier, false, Way::Whole);
    let done = "a snapshot of two of five workloads was restored into a new instance";
    let with_stranger = [MOVED[0], MOVED[1], UNKNOWN];
    let mut new = match moved(course, &mut old, &with_stranger)? {
        Ok((new, _)) => new,
        Err(seen) => return Ok(Outcome::broken(done, seen, TAKE_OVER)),
    };
    let here = play(course.subject, &mut old, &later, false, Way::Whole);
    let there = play(course.subject, &mut new, &later, false, Way::Whole);
    Ok(outcome(
        difference(&later, ("here", &here), ("there", &there)),
        done,
        "give the whole state of each workload that is asked for, with whatever was learned in common",
    ))
}

/// One workload leaves and comes back.
pub(super) fn forget<S: Subject>(course: &Course<'_, S>) -> Result<Outcome, LoadError> {
    let (earlier, later) = course.frames.split_at(course.frames.len() / 2);
    let others: Vec<Frame> = later.iter().map(|frame| frame.only(|id| id != LEAVING)).collect();
    let made = || -> Result<S::Asked, LoadError> {
        let mut asked = course.subject.make(0)?;
        play(course.subject, &mut asked, earlier, false, Way::Whole);
        Ok(asked)
    };
    let done = "it was told to forget one workload, and one that it never saw";
    let forgetting = || -> Result<Result<S::Asked, String>, LoadError> {
        let mut asked = made()?;
        Ok(asked.forget(&[LEAVING, UNKNOWN]).map(|()| asked))
    };
    let mut forgot = match forgetting()? {
        Ok(asked) => asked,
        Err(cause) => {
            let change = "let `forget` pass over what it does not know";
            return Ok(Outcome::broken(done, cause, change));
        }
    };
    let back = later.iter().find_map(|frame| implausible(&mut forgot, frame));
    if back.is_some() {
        let change = "answer about a workload that comes back as about a new one";
        return Ok(outcome(back, done, change));
    }
    if !course.subject.by_row() {
        return Ok(Outcome::kept(""));
    }
    let kept = play(course.subject, &mut made()?, &others, false, Way::Whole);
    let Ok(mut forgot) = forgetting()? else { return Ok(Outcome::kept("")) };
    let forgot = play(course.subject, &mut forgot, &others, false, Way::Whole);
    Ok(outcome(
        difference(&others, ("without forgetting", &kept), ("after it", &forgot)),
        done,
        "drop the state of the workloads that are named and nothing else",
    ))
}

/// The first answer to a turn that is none.
fn implausible(asked: &mut impl Asked, frame: &Frame) -> Option<String> {
    let said = asked.ask(frame, false).said;
    said.into_iter().find_map(|(id, said)| match said {
        Said::Implausible(cause) | Said::Broken(cause) => {
            Some(format!("{}, workload {id}: {cause}", frame.place()))
        }
        _ => None,
    })
}

/// What is no snapshot is refused, leaves no trace, and traps in no case.
pub(super) fn garbage<S: Subject>(course: &Course<'_, S>) -> Result<Outcome, LoadError> {
    let mut old = course.subject.make(0)?;
    play(course.subject, &mut old, &course.frames, false, Way::Whole);
    let good = old.snapshot(&workloads(&course.frames)).unwrap_or_default();
    let stateful = course.subject.stateful();
    let mut asked = course.subject.make(0)?;
    let (mut refused, mut accepted) = (0, false);
    for (what, bytes, must_refuse) in no_snapshots(&good) {
        let done = format!("{what} was put to `restore`");
        // What may be taken over is put to an instance of its own.
        let said = if must_refuse {
            asked.restore(&bytes)
        } else {
            course.subject.make(0)?.restore(&bytes)
        };
        match said {
            Said::Declined(_) => refused += 1,
            Said::Answer(_) if must_refuse && stateful => {
                return Ok(Outcome::broken(
                    done,
                    "it was taken over without complaint",
                    "check a snapshot before any of it is used: begin it with a version and a length, \
                     and decline what does not fit",
                ));
            }
            Said::Answer(_) => accepted |= must_refuse,
            Said::Implausible(cause) | Said::Broken(cause) => {
                return Ok(Outcome::broken(
                    done,
                    cause,
                    "read a snapshot as something a stranger wrote: check lengths before reading, and \
                     decline in words",
                ));
            }
        }
    }
    if !accepted {
        let moments = play(course.subject, &mut asked, &course.frames, false, Way::Whole);
        let seen = difference(
            &course.frames,
            ("a new instance", &course.rounds[0].moments),
            ("one that refused snapshots", &moments),
        );
        if seen.is_some() {
            let done = format!("{refused} snapshots that it refused were put to a new instance");
            let change = "change nothing until the whole snapshot has been read";
            return Ok(outcome(seen, done, change));
        }
    }
    Ok(Outcome::kept(if stateful { format!("{refused} refused in words") } else { String::new() }))
}

/// Bytes that are no snapshot, and whether they can be told from one.
fn no_snapshots(good: &[u8]) -> Vec<(String, Vec<u8>, bool)> {
    let mut cases = vec![
        ("nothing at all".to_owned(), Vec::new(), !good.is_empty()),
        ("text that is no snapshot".to_owned(), b"this is no snapshot".to_vec(), true),
        ("a row of bytes 0xff".to_owned(), vec![0xff; 64], true),
        // A snapshot that is text may be written by hand, and these may be good ones.
        ("an empty JSON object".to_owned(), b"{}".to_vec(), false),
        ("a JSON null".to_owned(), b"null".to_vec(), false),
    ];
    let length = good.trim_ascii_end().len();
    let mut cuts = vec![length / 4, length / 2, length - length.min(1)];
    cuts.dedup();
    for cut in cuts.into_iter().filter(|&cut| 0 < cut && cut < length) {
        let what = format!("its own snapshot, cut to {cut} of {} bytes,", good.len());
        cases.push((what, good[..cut].to_vec(), true));
    }
    for place in [0, length / 2].into_iter().filter(|&place| place < length) {
        let mut flipped = good.to_vec();
        flipped[place] ^= 0x55;
        cases.push((format!("its own snapshot, byte {place} changed,"), flipped, false));
    }
    cases
}

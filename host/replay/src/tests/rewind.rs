//! Exact resume: interrupted and rewound equals uninterrupted.

use std::fs;

use super::*;

fn open(folder: &Path, rows: usize) -> Replay {
    Replay::open(settings(folder, rows)).unwrap().0
}

/// Appends, samples and updates priorities, as a learner does; what it saw, as text.
fn learn(replay: &mut Replay, numbers: std::ops::Range<u64>) -> String {
    let mut said = String::new();
    let mut batch = Batch::new();
    for number in numbers {
        append(replay, told(number));
        let mut generator = generator(number);
        replay.sample_prioritised(&draw(8), 0.4, &mut generator, &mut batch).unwrap();
        let errors: Vec<f32> = batch.reward.iter().map(|&reward| reward % 7.0).collect();
        replay.update_priorities(&batch.ids, &errors).unwrap();
        said.push_str(&format!("{batch:?}"));
        replay.sample(&draw(8), &mut generator, &mut batch).unwrap();
        said.push_str(&format!("{batch:?}"));
    }
    said
}

#[test]
fn interrupted_and_rewound_equals_uninterrupted() {
    // Rows of the ring, where the checkpoint is, where the crash.
    for (rows, checkpoint, crash) in
        [(1000, 50, 170), (100, 130, 300), (100, 400, 401), (64, 64, 64)]
    {
        let whole = tempfile::tempdir().unwrap();
        let mut uninterrupted = open(whole.path(), rows);
        learn(&mut uninterrupted, 0..checkpoint);
        let expected = learn(&mut uninterrupted, checkpoint..500);

        let folder = tempfile::tempdir().unwrap();
        let mut replay = open(folder.path(), rows);
        learn(&mut replay, 0..checkpoint);
        let (mark, priorities) = (replay.mark(), replay.priorities().unwrap());
        replay.keep(&[mark]);
        learn(&mut replay, checkpoint..crash);
        replay.commit().unwrap();
        drop(replay);

        let mut replay = open(folder.path(), rows);
        replay.rewind(&mark).unwrap();
        replay.restore_priorities(&priorities).unwrap();
        assert_eq!(replay.mark(), mark);
        assert_eq!(learn(&mut replay, checkpoint..500), expected, "{rows} {checkpoint} {crash}");
        // And what is on the disk is what it has now.
        replay.commit().unwrap();
        let now = content(&replay);
        drop(replay);
        assert_eq!(content(&open(folder.path(), rows)), now);
        assert_eq!(content(&uninterrupted), now);
    }
}

#[test]
fn a_crash_within_a_rewind_leaves_a_log_that_can_be_rewound() {
    let folder = tempfile::tempdir().unwrap();
    let mut replay = open(folder.path(), 100);
    learn(&mut replay, 0..130);
    let mark = replay.mark();
    // Nothing was handed to the writer so far, so one frame has rows of before and after the mark.
    learn(&mut replay, 130..160);
    replay.commit().unwrap();
    let whole = content(&replay);
    let before: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        .collect();
    let expected = {
        replay.rewind(&mark).unwrap();
        content(&replay)
    };
    drop(replay);
    // The new segment was written, and nothing was cut: all is there twice.
    for (path, bytes) in before {
        fs::write(path, bytes).unwrap();
    }
    let mut replay = open(folder.path(), 100);
    assert_eq!(content(&replay), whole);
    replay.rewind(&mark).unwrap();
    assert_eq!(content(&replay), expected);
}

#[test]
fn rows_that_a_kept_mark_needs_are_not_dropped() {
    let kept = |keep: bool| {
        let folder = tempfile::tempdir().unwrap();
        let mut replay = open(folder.path(), 50);
        learn(&mut replay, 0..100);
        let (mark, expected) = (replay.mark(), content(&replay));
        if keep {
            replay.keep(&[mark]);
        }
        replay.commit().unwrap();
        for number in 100..1000 {
            append(&mut replay, told(number));
            if number % 10 == 0 {
                replay.commit().unwrap();
            }
        }
        replay.rewind(&mark).map(|()| assert_eq!(content(&replay), expected)).map_err(|error| {
            assert_eq!(replay.last(), Sequence(1000));
            assert_eq!(replay.rows(), 50);
            error.to_string()
        })
    };
    assert_eq!(kept(true), Ok(()));
    let said = kept(false).unwrap_err();
    assert!(said.starts_with("cannot rewind to 100: 50 rows were there from 51 on"), "{said}");
}

#[test]
fn says_why_a_rewind_cannot_be() {
    let mut plain = memory(Limits::rows(10));
    let mark = plain.mark();
    assert!(matches!(plain.rewind(&mark), Err(RewindError::NoLog { .. })));
    let folder = tempfile::tempdir().unwrap();
    let mut replay = open(folder.path(), 10);
    let ahead = Mark { sequence: Sequence(5), oldest: Sequence(1), rows: 5 };
    assert!(matches!(replay.rewind(&ahead), Err(RewindError::Ahead { .. })));
}

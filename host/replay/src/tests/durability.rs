//! The log: what comes back, what is told, what is dropped.

use std::fs;

use super::*;

fn fill(replay: &mut Replay, numbers: std::ops::Range<u64>) {
    for number in numbers {
        append(replay, told(number));
    }
}

fn open(folder: &Path, rows: usize) -> (Replay, Recovery) {
    Replay::open(settings(folder, rows)).unwrap()
}

fn segments(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut paths: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some())
        .collect();
    paths.sort();
    paths
}

#[test]
fn what_was_committed_comes_back_slot_for_slot() {
    let folder = tempfile::tempdir().unwrap();
    // The ring turns over several times, and segments are dropped on the way.
    let (mut replay, recovery) = open(folder.path(), 100);
    assert_eq!((recovery.rows, recovery.last, recovery.segments), (0, Sequence(0), 0));
    let mut twin = memory(Limits::rows(100));
    for number in 0..1000 {
        append(&mut replay, told(number));
        append(&mut twin, told(number));
        if number % 97 == 0 {
            assert_eq!(replay.commit().unwrap(), Sequence(number + 1));
        }
    }
    assert_eq!(replay.commit().unwrap(), Sequence(1000));
    assert_eq!(replay.status(), Status::Durable { up_to: Sequence(1000) });
    drop(replay);
    for _ in 0..2 {
        let (replay, recovery) = open(folder.path(), 100);
        assert_eq!((recovery.rows, recovery.last), (100, Sequence(1000)));
        assert_eq!(recovery.damage, []);
        assert_eq!(content(&replay), content(&twin));
        assert_eq!(drawn(&replay, 11), drawn(&twin, 11));
    }
    assert!(segments(folder.path()).len() < 8, "{:?}", segments(folder.path()));
    // And it goes on as if nothing had been.
    let (mut replay, _) = open(folder.path(), 100);
    fill(&mut replay, 1000..1050);
    fill(&mut twin, 1000..1050);
    assert_eq!(drawn(&replay, 12), drawn(&twin, 12));
}

#[test]
fn dropping_a_replay_writes_what_was_pending() {
    let folder = tempfile::tempdir().unwrap();
    let (mut replay, _) = open(folder.path(), 100);
    fill(&mut replay, 0..7);
    drop(replay);
    assert_eq!(open(folder.path(), 100).1.rows, 7);
}

#[test]
fn a_torn_tail_is_cut_off_wherever_it_tore() {
    let folder = tempfile::tempdir().unwrap();
    let large = LogSettings::new(folder.path());
    let settings = Settings { log: Some(large), ..settings(folder.path(), 100) };
    let (mut replay, _) = Replay::open(settings.clone()).unwrap();
    fill(&mut replay, 0..5);
    replay.commit().unwrap();
    let path = segments(folder.path()).remove(0);
    let acknowledged = fs::metadata(&path).unwrap().len() as usize;
    fill(&mut replay, 5..8);
    drop(replay);
    let whole = fs::read(&path).unwrap();
    for length in acknowledged..whole.len() {
        let mut torn = whole[..length].to_vec();
        // Some file systems leave zeros where data had been promised.
        for zeros in [0, 100] {
            if zeros > 0 && whole[length..].iter().all(|&byte| byte == 0) {
                // Then the tail is whole again.
                continue;
            }
            torn.resize(length + zeros, 0);
            fs::write(&path, &torn).unwrap();
            let (replay, recovery) = Replay::open(settings.clone()).unwrap();
            let expected = if torn.len() == acknowledged { 0 } else { 1 };
            assert_eq!(recovery.rows, 5, "cut at {length}");
            assert_eq!(recovery.damage.len(), expected, "cut at {length}");
            assert!(recovery.damage.iter().all(|damage| damage.torn_tail));
            drop(replay);
            assert_eq!(fs::metadata(&path).unwrap().len() as usize, acknowledged);
        }
    }
}

#[test]
fn damage_in_the_middle_is_named_and_stepped_over() {
    let folder = tempfile::tempdir().unwrap();
    let (mut replay, _) = open(folder.path(), 1000);
    for number in 0..60 {
        append(&mut replay, told(number));
        replay.commit().unwrap();
    }
    drop(replay);
    let paths = segments(folder.path());
    assert!(paths.len() > 1);
    let clean = verify(folder.path()).unwrap();
    assert_eq!((clean.rows, clean.sound(), clean.segments), (60, true, paths.len()));
    let mut bytes = fs::read(&paths[0]).unwrap();
    let at = bytes.len() - 10;
    bytes[at] ^= 1;
    fs::write(&paths[0], &bytes).unwrap();
    let found = verify(folder.path()).unwrap();
    assert!(!found.sound());
    assert_eq!((found.rows, found.damage.len()), (59, 1));
    let damage = &found.damage[0];
    assert_eq!(damage.segment, paths[0]);
    assert_eq!(damage.cause, "the frame's checksum does not match");
    assert!(damage.offset < at as u64 && damage.offset + damage.bytes > at as u64);
    let (replay, recovery) = open(folder.path(), 1000);
    assert_eq!((replay.rows(), recovery.damage), (59, found.damage));
}

#[test]
fn a_log_of_another_schema_is_refused_and_not_touched() {
    let folder = tempfile::tempdir().unwrap();
    let (mut replay, _) = open(folder.path(), 10);
    fill(&mut replay, 0..5);
    drop(replay);
    let before = fs::read(&segments(folder.path())[0]).unwrap();
    let mut other = settings(folder.path(), 10);
    other.schema.features[1] = "queue_length".to_owned();
    let error = Replay::open(other).err().unwrap();
    let ReplayError::Log(LogError::Schema { source, .. }) = error else { panic!("{error}") };
    let said = source.to_string();
    assert!(
        said.contains(r#"its features[1] is "cpu_utilisation_ratio", here it is "queue_length""#)
    );
    assert_eq!(fs::read(&segments(folder.path())[0]).unwrap(), before);
    assert_eq!(open(folder.path(), 10).1.rows, 5);
}

#[test]
fn one_process_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let (mut replay, _) = open(folder.path(), 10);
    fill(&mut replay, 0..5);
    replay.commit().unwrap();
    let error = Replay::open(settings(folder.path(), 10)).err().unwrap().to_string();
    assert!(error.contains("in use by another process"), "{error}");
    // Reading alone needs no lock.
    assert_eq!(Replay::read(folder.path()).unwrap().0.rows(), 5);
}

#[test]
fn a_segment_without_its_header_was_never_told_of() {
    let folder = tempfile::tempdir().unwrap();
    let (mut replay, _) = open(folder.path(), 1000);
    fill(&mut replay, 0..60);
    drop(replay);
    let next = folder.path().join("segment-0000009999.log");
    for torn in [&b""[..], &b"RGFR\x40\0\0\0"[..]] {
        fs::write(&next, torn).unwrap();
        let (mut replay, recovery) = open(folder.path(), 1000);
        assert_eq!(recovery.last.0 % 60, 0);
        assert!(!next.exists());
        replay.commit().unwrap();
    }
}

#[test]
fn other_limits_hold_when_a_log_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    let (mut replay, _) = open(folder.path(), 100);
    fill(&mut replay, 0..250);
    drop(replay);
    let (replay, recovery) = open(folder.path(), 30);
    assert_eq!(recovery.rows, 30);
    let kept = content(&replay);
    assert!(kept[0].starts_with("221 "), "{}", kept[0]);
    drop(replay);
    // The eviction is in the log: a larger ring does not bring the rows back.
    let (mut replay, recovery) = open(folder.path(), 100);
    assert_eq!(recovery.rows, 30);
    assert_eq!(content(&replay), kept);
    fill(&mut replay, 250..400);
    assert_eq!(replay.rows(), 100);
    let drawn_before = drawn(&replay, 3);
    drop(replay);
    assert_eq!(drawn(&open(folder.path(), 100).0, 3), drawn_before);
}

#[test]
fn stat_says_what_there_is() {
    let folder = tempfile::tempdir().unwrap();
    let (mut replay, _) = open(folder.path(), 150);
    fill(&mut replay, 0..300);
    let mark = replay.mark();
    replay.keep(&[mark]);
    replay.commit().unwrap();
    let stat = stat(folder.path()).unwrap();
    assert_eq!((stat.rows, stat.oldest, stat.last), (150, Sequence(151), Sequence(300)));
    assert_eq!(stat.holdings.iter().map(|held| held.rows).collect::<Vec<_>>(), [50, 50, 50]);
    assert_eq!((stat.terminated, stat.truncated), (6, 9));
    assert_eq!(stat.score_means, [112.25, 1.0]);
    assert_eq!(stat.marks, [mark]);
    assert_eq!(stat.sources.iter().map(|source| source.rows).sum::<usize>(), 150);
    assert_eq!(stat.damage, []);
    let json = serde_json::to_value(&stat).unwrap();
    assert_eq!(json["sources"][0]["policy"], "threshold");
    let nowhere = folder.path().join("nowhere");
    fs::create_dir(&nowhere).unwrap();
    assert!(verify(&nowhere).unwrap_err().to_string().contains("no log in"));
}

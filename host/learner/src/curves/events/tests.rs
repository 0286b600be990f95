use super::*;
use crate::curves::Source;

/// What TensorBoard 2.21's own record writer wrote: a version, a restart at step 41, `episode/reward`
/// 0.5 at step 42 and `agent/loss` 0 at step 43.
const GOLDEN: &str = "1800000000000000a37f4b2209000000000000f83f1a0d627261696e2e4576656e743a322a28646c\
    0f000000000000006d532b0909000000000000f83f10293a020801a6ac353d2400000000000000422b804d\
    090000000000000240102a2a170a150a0e657069736f64652f726577617264150000003f567dd7b4\
    200000000000000029eda950090000000000000840102b2a130a110a0a6167656e742f6c6f73731500000000\
    5ce1ce37";

fn golden() -> Vec<u8> {
    let digits: Vec<u8> = GOLDEN.bytes().filter(u8::is_ascii_hexdigit).collect();
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.chunks(2).map(byte).collect()
}

fn reward(step: u64) -> Point<'static> {
    let (source, name, wall_seconds) = (Source::Episode, "reward", step as f64);
    Point { source, name, step, episode: 0, wall_seconds, value: step as f64 / 2.0 }
}

/// The steps of the points in a file, and whether it has a restart.
fn read(path: &Path) -> (Vec<i64>, Option<i64>) {
    let mut file = BufReader::new(File::open(path).unwrap());
    let (mut steps, mut restart) = (Vec::new(), None);
    while let Some(bytes) = frame::next(&mut file).unwrap() {
        let event = Event::decode(bytes.as_slice()).unwrap();
        match event.what {
            Some(What::Summary(_)) => steps.push(event.step),
            Some(What::SessionLog(_)) => restart = Some(event.step),
            _ => {}
        }
    }
    (steps, restart)
}

fn file(folder: &Path, number: u64) -> PathBuf {
    folder.join(format!("{PREFIX}{number:010}{SUFFIX}"))
}

#[test]
fn checksums_are_those_of_rfc_3720() {
    // RFC 3720, B.4: 32 zeros, and 0 to 31; unmasked.
    let unmasked =
        |bytes: &[u8]| frame::masked_crc(bytes).wrapping_sub(0xa282_ead8).rotate_left(15);
    assert_eq!(unmasked(&[0; 32]), 0x8a91_36aa);
    assert_eq!(unmasked(&std::array::from_fn::<u8, 32, _>(|byte| byte as u8)), 0x46dd_794e);
}

#[test]
fn events_are_the_bytes_that_tensorboard_writes() {
    let folder = tempfile::tempdir().unwrap();
    let mut events = Events::open(folder.path(), Some(40)).unwrap();
    // The head of a file bears the wall time of its first point, so that it is given by hand here.
    events.begun(1.5).unwrap();
    let first = Point { step: 42, value: 0.5, wall_seconds: 2.25, ..reward(0) };
    let loss = Point { source: Source::Agent, name: "loss", value: 0.0, ..first };
    events.write(&first).unwrap();
    events.write(&Point { step: 43, wall_seconds: 3.0, ..loss }).unwrap();
    events.flush().unwrap();
    assert_eq!(fs::read(file(folder.path(), 1)).unwrap(), golden());
}

#[test]
fn a_damaged_byte_ends_the_file_there() {
    let whole = golden();
    for position in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[position] ^= 0x10;
        let mut from = bytes.as_slice();
        let mut frames = 0;
        while frame::next(&mut from).unwrap().is_some() {
            frames += 1;
        }
        let starts = [0, 40, 71, 123, whole.len()];
        let damaged = starts.iter().filter(|&&start| start <= position).count() - 1;
        assert_eq!(frames, damaged, "byte {position}");
    }
}

#[test]
fn a_resumed_run_cuts_back_and_tells_those_who_read_along() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let mut events = Events::open(folder, None).unwrap();
    (1..=5).for_each(|step| events.write(&reward(step)).unwrap());
    drop(events);
    assert_eq!(read(&file(folder, 1)), (vec![1, 2, 3, 4, 5], None));
    // Killed amid a frame.
    let torn = fs::read(file(folder, 1)).unwrap();
    fs::write(file(folder, 1), &torn[..torn.len() - 3]).unwrap();

    let mut events = Events::open(folder, Some(3)).unwrap();
    assert!(!file(folder, 2).exists(), "a file before there is a point");
    (4..=6).for_each(|step| events.write(&reward(step)).unwrap());
    drop(events);
    assert_eq!(read(&file(folder, 1)), (vec![1, 2, 3], None));
    assert_eq!(read(&file(folder, 2)), (vec![4, 5, 6], Some(4)));

    drop(Events::open(folder, Some(5)).unwrap());
    assert_eq!(read(&file(folder, 2)), (vec![4, 5], Some(4)));
    fs::write(folder.join("events.out.tfevents.7.elsewhere"), "not ours").unwrap();
    let mut events = Events::open(folder, None).unwrap();
    assert_eq!(fs::read_dir(folder).unwrap().count(), 1, "only the file that is not ours stays");
    events.write(&reward(1)).unwrap();
    drop(events);
    assert_eq!(read(&file(folder, 3)), (vec![1], Some(0)));
}

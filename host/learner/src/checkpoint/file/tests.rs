use super::*;

fn written(folder: &Path) -> (PathBuf, Vec<u8>) {
    let path = folder.join("one.checkpoint");
    write(&path, &vec![1.5_f64, f64::MIN_POSITIVE, -0.0]).unwrap();
    let bytes = fs::read(&path).unwrap();
    (path, bytes)
}

/// Reads these bytes instead, and gives the complaint.
fn complaint(path: &Path, bytes: &[u8]) -> String {
    fs::write(path, bytes).unwrap();
    read::<Vec<f64>>(path).unwrap_err().to_string()
}

#[test]
fn what_was_written_comes_back_to_the_bit() {
    let folder = tempfile::tempdir().unwrap();
    let (path, _) = written(folder.path());
    let read: Vec<f64> = read(&path).unwrap();
    let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(&read), bits(&[1.5, f64::MIN_POSITIVE, -0.0]));
    // Nothing is left beside it.
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn every_cut_and_every_flipped_byte_is_noticed_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let (path, bytes) = written(folder.path());
    for length in 0..bytes.len() {
        let said = complaint(&path, &bytes[..length]);
        let named = if length == 0 { "is no checkpoint" } else { "is cut off" };
        assert!(said.contains(named), "{length}: {said}");
    }
    for place in 0..bytes.len() {
        let mut flipped = bytes.clone();
        flipped[place] ^= 1;
        let said = complaint(&path, &flipped);
        let named = match place {
            0..19 => "is no checkpoint",
            19..21 => "is of version",
            21..29 => "",
            _ => "is damaged",
        };
        assert!(said.contains(named), "{place}: {said}");
    }
    let mut longer = bytes;
    longer.push(0);
    assert!(complaint(&path, &longer).contains("1 bytes follow its end"));
}

#[test]
fn what_cannot_be_written_leaves_what_was_there() {
    let folder = tempfile::tempdir().unwrap();
    let (path, bytes) = written(folder.path());
    let nowhere = folder.path().join("no/such/folder/one.checkpoint");
    let refused = write(&nowhere, &1_u8).unwrap_err();
    assert!(matches!(refused, CheckpointError::System { .. }), "{refused}");
    assert_eq!(fs::read(&path).unwrap(), bytes);
}

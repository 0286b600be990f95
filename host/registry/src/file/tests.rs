use std::io::ErrorKind;

use super::fault::{Fault, plan, taken};
use super::*;

fn folder() -> (tempfile::TempDir, Layout) {
    let folder = tempfile::tempdir().unwrap();
    let layout = Layout::new(folder.path());
    fs::create_dir(layout.incoming()).unwrap();
    (folder, layout)
}

#[test]
fn a_file_is_created_once_and_replaced_whole() {
    let (folder, layout) = folder();
    let path = folder.path().join("a/b/file");
    assert_eq!(read(&path).unwrap(), None);
    assert!(create(&layout, &path, b"first").unwrap());
    assert!(!create(&layout, &path, b"second").unwrap());
    assert_eq!(read(&path).unwrap().unwrap(), b"first");
    replace(&layout, &path, b"third").unwrap();
    assert_eq!(read(&path).unwrap().unwrap(), b"third");
    assert_eq!(list(&folder.path().join("a/b")).unwrap(), ["file"]);
    assert_eq!(list(&layout.incoming()).unwrap(), [""; 0], "nothing is left beside it");
    assert!(remove(&path).unwrap());
    assert!(!remove(&path).unwrap());
    remove_empty(folder.path()).unwrap();
    assert!(folder.path().is_dir(), "a folder that is in use stays");
}

#[test]
fn a_name_too_long_for_a_file_is_the_name_of_none() {
    let (folder, _) = folder();
    let path = folder.path().join("x".repeat(300));
    assert_eq!(read(&path).unwrap(), None);
    assert!(!remove(&path).unwrap());
}

#[test]
fn a_file_is_on_the_disk_before_it_has_its_name_and_its_name_before_it_is_told() {
    let (folder, layout) = folder();
    let path = folder.path().join("a/file");
    plan(usize::MAX, Fault::Full);
    create(&layout, &path, b"bytes").unwrap();
    let (taken, _) = taken();
    let scratch = layout.incoming();
    let taken: Vec<_> = taken.iter().map(|step| (step.what, step.path.as_path())).collect();
    let steps = [
        ("make folder", path.parent().unwrap()),
        ("sync folder", folder.path()),
        ("make scratch", scratch.as_path()),
        ("write", &path),
        ("sync", &path),
        ("name", &path),
        ("sync folder", path.parent().unwrap()),
    ];
    assert_eq!(taken, steps);
}

#[test]
fn a_step_that_fails_leaves_the_earlier_file_and_no_scratch() {
    let (folder, layout) = folder();
    let path = folder.path().join("file");
    fs::write(&path, b"earlier").unwrap();
    for steps in 0.. {
        plan(steps, Fault::Full);
        let replaced = replace(&layout, &path, b"later");
        let (_, struck) = taken();
        assert_eq!(list(&layout.incoming()).unwrap(), [""; 0], "step {steps}");
        if !struck {
            assert_eq!(steps, 5);
            break;
        }
        let error = replaced.unwrap_err();
        assert_eq!(error.source.kind(), ErrorKind::StorageFull);
        let named = steps == 4;
        let bytes: &[u8] = if named { b"later" } else { b"earlier" };
        assert_eq!(read(&path).unwrap().unwrap(), bytes, "step {steps}: {error}");
    }
}

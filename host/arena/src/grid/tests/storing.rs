//! A store that fails ends the race, and what was stored before stays.

use std::fs;
use std::sync::Arc;

use super::resuming::{counted, ran_until};
use super::*;

#[test]
fn a_store_that_fails_ends_the_race_and_the_next_one_goes_on() {
    let folder = std::env::temp_dir().join(format!("arena-grid-{}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    let store = Store::open(folder.to_str().unwrap()).unwrap();
    let made = Arc::new(AtomicU32::new(0));
    let the_race = a_race(vec![counted("one", 1, &made)]);
    let whole = ran(&the_race, &memory()).unwrap();
    store.put("results.json", b"of an earlier race".to_vec()).unwrap();

    // A folder where the third cell wants to be: writing it fails as on a full disk.
    let key = &whole.results.cells[2].key;
    let in_the_way = folder.join(keys::cell_object("one", "pond", 3, key));
    fs::create_dir_all(in_the_way.join("full")).unwrap();
    made.store(0, Ordering::Relaxed);
    let (outcome, raced, _) = ran_until(&the_race, &store, 100);
    let error = outcome.unwrap_err();
    assert!(matches!(error, RaceError::Store(StoreError::Write { .. })), "{error}");
    assert_eq!((raced, made.load(Ordering::Relaxed)), (2, 3), "nothing more is begun");
    assert_eq!(store.get("results.json").unwrap(), Some(b"of an earlier race".to_vec()));
    let staged = fs::read_dir(in_the_way.parent().unwrap()).unwrap();
    let staged =
        staged.filter(|file| file.as_ref().unwrap().path().to_str().unwrap().contains('#'));
    assert_eq!(staged.count(), 0, "nothing half written is left");

    fs::remove_dir_all(&in_the_way).unwrap();
    let outcome = ran(&the_race, &store).unwrap();
    assert_eq!(outcome.results, whole.results);
    assert!(outcome.machine.cells.iter().any(|timing| timing.resumed));
    outcome.save(&store).unwrap();
    let written = store.get("results.json").unwrap().unwrap();
    assert_eq!(serde_json::from_slice::<Results>(&written).unwrap(), whole.results);
    let _ = fs::remove_dir_all(&folder);
}

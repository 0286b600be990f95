use std::path::PathBuf;

use super::*;

/// A folder of this test's own, empty and gone afterwards.
struct Place(PathBuf);

impl Place {
    fn new(test: &str) -> Self {
        let place = std::env::temp_dir().join(format!("arena-store-{}-{test}", std::process::id()));
        let _ = std::fs::remove_dir_all(&place);
        std::fs::create_dir_all(&place).unwrap();
        Self(place)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Writes, replaces, reads and misses.
#[track_caller]
fn check(place: &str) {
    let store = Store::open(place).unwrap();
    assert_eq!(store.get("cells/a/1.json").unwrap(), None);
    store.put("cells/a/1.json", b"first".to_vec()).unwrap();
    store.put("cells/a/1.json", b"second".to_vec()).unwrap();
    assert_eq!(store.get("cells/a/1.json").unwrap(), Some(b"second".to_vec()));
    store.put_json("values.json", &[0.1, 1e300]).unwrap();
    assert_eq!(store.get_json::<Vec<f64>>("values.json").unwrap(), Some(vec![0.1, 1e300]));
    assert_eq!(store.get_json::<Vec<String>>("values.json").unwrap(), None);
    assert_eq!(store.place(), place);
}

#[test]
fn a_store_is_a_folder_a_file_url_or_memory() {
    let place = Place::new("kinds");
    check(&place.path("made/when/needed"));
    check(&format!("file://{}", place.path("by url")).replace(' ', "%20"));
    check("memory:///");
    assert!(place.0.join("by url/cells/a/1.json").is_file());
}

#[test]
fn an_object_is_there_whole_for_whoever_opens_the_folder_next() {
    let place = Place::new("reopened");
    Store::open(&place.path("out")).unwrap().put("a.json", b"{}".to_vec()).unwrap();
    let again = Store::open(&place.path("out")).unwrap();
    assert_eq!(again.get("a.json").unwrap(), Some(b"{}".to_vec()));
    let files: Vec<_> = std::fs::read_dir(place.0.join("out")).unwrap().collect();
    assert_eq!(files.len(), 1, "nothing is left beside it");
}

#[track_caller]
fn refused(place: &str, start: &str) {
    let error = Store::open(place).map(|_| ()).unwrap_err().to_string();
    assert!(error.starts_with(start), "{error}");
}

#[test]
fn a_place_that_cannot_be_is_refused_by_name() {
    let place = Place::new("refused");
    std::fs::write(place.path("file"), "").unwrap();
    let inside = place.path("file/out");
    refused(&inside, &format!("cannot open the results store `{inside}`: Not a directory"));
    refused("ftp://host/out", "the results store `ftp://host/out` is none that this program knows");
    refused(
        "file://host/out",
        "cannot open the results store `file://host/out`: it names no local",
    );
}

#[test]
fn a_write_that_fails_leaves_the_earlier_results() {
    let place = Place::new("failing");
    let store = Store::open(&place.path("out")).unwrap();
    store.put("results.json", b"earlier".to_vec()).unwrap();
    std::fs::write(place.path("out/cells"), "in the way").unwrap();
    let error = store.put("cells/a.json", b"x".to_vec()).unwrap_err().to_string();
    assert!(error.starts_with("cannot write `cells/a.json` to `"), "{error}");
    assert!(error.contains("Not a directory"), "{error}");
    assert!(error.ends_with("earlier results are intact"), "{error}");
    assert_eq!(store.get("results.json").unwrap(), Some(b"earlier".to_vec()));
}

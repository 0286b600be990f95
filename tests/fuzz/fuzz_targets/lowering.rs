//! Whatever is observed.
#![no_main]

#[path = "../lowering.rs"]
mod lowering;

use std::sync::{LazyLock, Mutex};

use libfuzzer_sys::fuzz_target;

static READERS: LazyLock<Mutex<[lowering::Reader; 2]>> = LazyLock::new(|| {
    let module = |name| {
        let found = assembly::built_in().iter().find(|one| one.name == name);
        found.expect("it is carried by the program").bytes
    };
    let details = r#"{"details": ["pods", "metrics", "buckets", "edges", "faults"]}"#;
    let hpa = r#"{"metrics": [{"type": "Resource", "resource": {"name": "cpu",
        "target": {"type": "Utilization", "averageUtilization": 70}}}]}"#;
    Mutex::new([
        lowering::Reader::new(module("probe"), details),
        lowering::Reader::new(module("threshold-hpa"), hpa),
    ])
});

fuzz_target!(|bytes: &[u8]| {
    for reader in READERS.lock().expect("no other thread panics").iter_mut() {
        reader.read(bytes);
    }
});

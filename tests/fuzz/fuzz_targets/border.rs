//! Whatever a guest answers.
#![no_main]

#[path = "../border.rs"]
mod border;
#[allow(dead_code)]
#[path = "../../hostile/template.rs"]
mod template;

use std::sync::{LazyLock, Mutex};

use libfuzzer_sys::fuzz_target;

static MIRROR: LazyLock<Mutex<border::Mirror>> = LazyLock::new(|| {
    Mutex::new(border::Mirror::new(&template::component(&template::policy(border::PIECES))))
});

fuzz_target!(|bytes: &[u8]| {
    MIRROR.lock().expect("no other thread panics").show(bytes);
});

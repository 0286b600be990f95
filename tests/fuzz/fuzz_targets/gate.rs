//! Whatever bytes are uploaded.
#![no_main]

#[path = "../gate.rs"]
mod gate;

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;

static GATE: LazyLock<gate::Gate> = LazyLock::new(gate::Gate::new);

fuzz_target!(|bytes: &[u8]| {
    GATE.take(bytes);
});

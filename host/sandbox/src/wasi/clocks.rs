//! Clocks: the tick's time, which stands still during a call, and waits that are over at once.

use wasmtime::component::{ComponentType, Lower};

use super::handle::plain;
use super::{Import, WasiHost};

const NANOSECONDS_PER_SECOND: u64 = 1_000_000_000;

/// `wasi:clocks/wall-clock#datetime`.
#[derive(Debug, Clone, Copy, ComponentType, Lower)]
#[component(record)]
struct Datetime {
    seconds: u64,
    nanoseconds: u32,
}

/// Defines a clock's function.
pub(super) fn define<T: WasiHost>(import: &mut Import<'_, '_, T>) -> wasmtime::Result<bool> {
    match (import.interface, import.function) {
        ("clocks/monotonic-clock", "now") => {
            import.is(|store, ()| Ok((store.data_mut().wasi().now_nanoseconds(),)))
        }
        ("clocks/monotonic-clock", "resolution") => import.is(|_, ()| Ok((1_u64,))),
        ("clocks/monotonic-clock", "subscribe-instant" | "subscribe-duration") => {
            import.is(|_, (_nanoseconds,): (u64,)| Ok((plain(),)))
        }
        ("clocks/wall-clock", "now") => {
            import.is(|store, ()| Ok((datetime(store.data_mut().wasi().now_nanoseconds()),)))
        }
        ("clocks/wall-clock", "resolution") => import.is(|_, ()| Ok((datetime(1),))),
        _ => Ok(false),
    }
}

fn datetime(nanoseconds: u64) -> Datetime {
    Datetime {
        seconds: nanoseconds / NANOSECONDS_PER_SECOND,
        nanoseconds: (nanoseconds % NANOSECONDS_PER_SECOND) as u32,
    }
}

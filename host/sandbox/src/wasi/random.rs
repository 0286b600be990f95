//! Random: one stream of chance from the instance's seed, for secure and insecure draws alike.

use rand::Rng;
use wasmtime::StoreContextMut;

use super::{BYTE_FUEL, Import, WasiError, WasiHost, charge};

/// Bytes that one call draws at most: far more than any seed, far less than what would hurt the host.
const DRAW_BYTES: u64 = 64 << 10;

/// Defines a function that draws.
pub(super) fn define<T: WasiHost>(import: &mut Import<'_, '_, T>) -> wasmtime::Result<bool> {
    match (import.interface, import.function) {
        ("random/random", "get-random-bytes") => import
            .is(|store, (length,)| Ok((bytes(store, "random/random#get-random-bytes", length)?,))),
        ("random/insecure", "get-insecure-random-bytes") => import.is(|store, (length,)| {
            Ok((bytes(store, "random/insecure#get-insecure-random-bytes", length)?,))
        }),
        ("random/random", "get-random-u64") | ("random/insecure", "get-insecure-random-u64") => {
            import.is(|store, ()| Ok((store.data_mut().wasi().random.next_u64(),)))
        }
        ("random/insecure-seed", "insecure-seed") => import.is(|store, ()| {
            let random = &mut store.data_mut().wasi().random;
            Ok(((random.next_u64(), random.next_u64()),))
        }),
        _ => Ok(false),
    }
}

fn bytes<T: WasiHost>(
    store: &mut StoreContextMut<'_, T>,
    function: &'static str,
    length: u64,
) -> wasmtime::Result<Vec<u8>> {
    if length > DRAW_BYTES {
        return Err(WasiError::TooMuch { function, given: length, limit: DRAW_BYTES }.into());
    }
    charge(store, length * BYTE_FUEL)?;
    let mut bytes = vec![0; length as usize];
    store.data_mut().wasi().random.fill_bytes(&mut bytes);
    Ok(bytes)
}

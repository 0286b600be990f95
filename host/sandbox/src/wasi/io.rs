//! Io: an input that is at its end, outputs that go to the log, and polls that find everything ready.

use wasmtime::StoreContextMut;
use wasmtime::component::{ComponentType, Lower, Resource, WasmList};

use super::handle::{Handle, Output, plain};
use super::{BYTE_FUEL, Import, WasiError, WasiHost, charge};

/// Bytes that one call writes at most. The interface itself allows no more where it blocks.
const WRITE_BYTES: u64 = 4096;
/// Handles that one call polls at most.
const POLLED: u64 = 1024;

/// `wasi:io/streams#stream-error`.
#[derive(ComponentType, Lower)]
#[component(variant)]
enum StreamError {
    #[component(name = "last-operation-failed")]
    #[expect(dead_code, reason = "nothing fails here, but the type has the case")]
    LastOperationFailed(Resource<Handle>),
    #[component(name = "closed")]
    Closed,
}

/// Defines a function of streams or of polling.
pub(super) fn define<T: WasiHost>(import: &mut Import<'_, '_, T>) -> wasmtime::Result<bool> {
    match import.interface {
        "io/poll" => define_poll(import),
        "io/streams" => define_streams(import),
        _ => Ok(false),
    }
}

fn define_poll<T: WasiHost>(import: &mut Import<'_, '_, T>) -> wasmtime::Result<bool> {
    match import.function {
        "[method]pollable.ready" => import.is(|_, (_wait,): (Resource<Handle>,)| Ok((true,))),
        "[method]pollable.block" => import.is(|_, (_wait,): (Resource<Handle>,)| Ok(())),
        // The handles are not even looked at: whatever they wait for is ready.
        "poll" => import.is(|store, (waits,): (WasmList<Resource<Handle>>,)| {
            let given = waits.len() as u64;
            if given == 0 {
                return Err(WasiError::EmptyPoll.into());
            }
            at_most("io/poll#poll", given, POLLED)?;
            charge(store, given * BYTE_FUEL)?;
            Ok(((0..given as u32).collect::<Vec<u32>>(),))
        }),
        _ => Ok(false),
    }
}

fn define_streams<T: WasiHost>(import: &mut Import<'_, '_, T>) -> wasmtime::Result<bool> {
    match import.function {
        "[method]input-stream.read" | "[method]input-stream.blocking-read" => {
            import.is(|_, (_input, _length): (Resource<Handle>, u64)| {
                Ok((Err::<Vec<u8>, _>(StreamError::Closed),))
            })
        }
        "[method]input-stream.skip" | "[method]input-stream.blocking-skip" => {
            import.is(|_, (_input, _length): (Resource<Handle>, u64)| {
                Ok((Err::<u64, _>(StreamError::Closed),))
            })
        }
        "[method]input-stream.subscribe" | "[method]output-stream.subscribe" => {
            import.is(|_, (_stream,): (Resource<Handle>,)| Ok((plain(),)))
        }
        "[method]output-stream.check-write" => {
            import.is(|_, (_output,): (Resource<Handle>,)| Ok((Ok::<_, StreamError>(WRITE_BYTES),)))
        }
        "[method]output-stream.write" => {
            import.is(|store, (output, bytes): (Resource<Handle>, WasmList<u8>)| {
                write(store, "io/streams#[method]output-stream.write", &output, &bytes)
            })
        }
        "[method]output-stream.blocking-write-and-flush" => {
            import.is(|store, (output, bytes): (Resource<Handle>, WasmList<u8>)| {
                let function = "io/streams#[method]output-stream.blocking-write-and-flush";
                write(store, function, &output, &bytes)
            })
        }
        // A line ends at its end and not at a flush, which many a library does after every word.
        "[method]output-stream.flush" | "[method]output-stream.blocking-flush" => {
            import.is(|_, (_output,): (Resource<Handle>,)| Ok((Ok::<_, StreamError>(()),)))
        }
        _ => Ok(false),
    }
}

fn write<T: WasiHost>(
    store: &mut StoreContextMut<'_, T>,
    function: &'static str,
    output: &Resource<Handle>,
    bytes: &WasmList<u8>,
) -> wasmtime::Result<(Result<(), StreamError>,)> {
    let given = bytes.len() as u64;
    at_most(function, given, WRITE_BYTES)?;
    charge(store, given * BYTE_FUEL)?;
    // The guest's memory is in the store, whose data is about to change.
    let printed = bytes.as_le_slice(&*store).to_vec();
    let output = Output::of(output);
    let host = store.data_mut();
    let mut lines = std::mem::take(&mut host.wasi().printed[output as usize]);
    lines.push(&printed, |line| host.print(output, line));
    host.wasi().printed[output as usize] = lines;
    Ok((Ok(()),))
}

fn at_most(function: &'static str, given: u64, limit: u64) -> Result<(), WasiError> {
    if given > limit { Err(WasiError::TooMuch { function, given, limit }) } else { Ok(()) }
}

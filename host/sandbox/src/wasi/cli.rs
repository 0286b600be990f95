//! Cli: a program's surroundings, of which there are none but the outputs; no folders either.

use wasmtime::component::Resource;

use super::handle::{Handle, Output, plain};
use super::{Import, WasiError, WasiHost};

/// Defines a function about surroundings.
pub(super) fn define<T: WasiHost>(import: &mut Import<'_, '_, T>) -> wasmtime::Result<bool> {
    match (import.interface, import.function) {
        ("cli/environment", "get-environment") => {
            import.is(|_, ()| Ok((Vec::<(String, String)>::new(),)))
        }
        ("cli/environment", "get-arguments") => import.is(|_, ()| Ok((Vec::<String>::new(),))),
        ("cli/environment", "initial-cwd") => import.is(|_, ()| Ok((None::<String>,))),
        ("cli/exit", "exit") => import.is(|_, (status,): (Result<(), ()>,)| {
            let status = u8::from(status.is_err());
            Err::<(), _>(WasiError::Exit { status }.into())
        }),
        ("cli/exit", "exit-with-code") => {
            import.is(|_, (status,): (u8,)| Err::<(), _>(WasiError::Exit { status }.into()))
        }
        ("cli/stdin", "get-stdin") => import.is(|_, ()| Ok((plain(),))),
        ("cli/stdout", "get-stdout") => import.is(|_, ()| Ok((Output::Stdout.stream(),))),
        ("cli/stderr", "get-stderr") => import.is(|_, ()| Ok((Output::Stderr.stream(),))),
        ("cli/terminal-stdin", "get-terminal-stdin")
        | ("cli/terminal-stdout", "get-terminal-stdout")
        | ("cli/terminal-stderr", "get-terminal-stderr") => {
            import.is(|_, ()| Ok((None::<Resource<Handle>>,)))
        }
        ("filesystem/preopens", "get-directories") => {
            import.is(|_, ()| Ok((Vec::<(Resource<Handle>, String)>::new(),)))
        }
        _ => Ok(false),
    }
}

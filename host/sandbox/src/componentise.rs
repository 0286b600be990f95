//! Componentise: a core module with embedded WIT becomes a component.

use std::borrow::Cow;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

use wit_component::ComponentEncoder;

use crate::text::quoted;

/// The first eight bytes of a component and of a core module: magic number, version and layer.
const COMPONENT: [u8; 8] = *b"\0asm\x0d\0\x01\0";
const CORE_MODULE: [u8; 8] = *b"\0asm\x01\0\0\0";
/// The first four bytes of what wasmtime compiles to, which is an ELF file.
const COMPILED: [u8; 4] = *b"\x7fELF";

/// What bytes look like from their first eight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Component,
    CoreModule,
    Compiled,
    Other,
}

impl Form {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        match bytes.first_chunk::<8>() {
            Some(&COMPONENT) => Form::Component,
            Some(&CORE_MODULE) => Form::CoreModule,
            Some(first) if first.starts_with(&COMPILED) => Form::Compiled,
            _ => Form::Other,
        }
    }
}

/// The component in `bytes`, encoding a core module that embeds its world (as `wit-bindgen` leaves
/// it). The error is the encoder's, in one line. Whether what it encodes is valid is not looked at.
pub(crate) fn componentise(bytes: &[u8]) -> Result<Cow<'_, [u8]>, String> {
    if Form::of(bytes) == Form::Component {
        return Ok(Cow::Borrowed(bytes));
    }
    let encode = || ComponentEncoder::default().module(bytes)?.encode();
    // The encoder was written for what compilers leave, and panics over some of what strangers do.
    let encoded = silently(|| catch_unwind(AssertUnwindSafe(encode)));
    encoded
        .map_err(|_| "the encoder broke on the interface that it embeds".to_owned())?
        .map(Cow::Owned)
        .map_err(|error| quoted(&format!("{error:#}")))
}

/// Runs something whose panics are caught, without a report of each for whoever reads the host's
/// standard error: strangers could write there as much as they like.
fn silently<T>(run: impl FnOnce() -> T) -> T {
    static HOOKED: Once = Once::new();
    thread_local! {
        static SILENT: Cell<bool> = const { Cell::new(false) };
    }
    HOOKED.call_once(|| {
        let before = take_hook();
        set_hook(Box::new(move |panic| {
            if !SILENT.get() {
                before(panic);
            }
        }));
    });
    SILENT.set(true);
    let done = run();
    SILENT.set(false);
    done
}

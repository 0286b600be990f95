//! Handle: what a guest's handles of every WASI resource stand for. There is nothing behind them, so
//! that as many as the store allows cost the host nothing.

use wasmtime::component::Resource;

/// One host type for all resources. The component model itself keeps a pollable from passing for a
/// stream.
pub(super) struct Handle;

/// Where a guest prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Output {
    /// Standard output.
    Stdout = 0,
    /// Standard error.
    Stderr = 1,
}

impl Output {
    /// Both.
    pub(super) const ALL: [Output; 2] = [Output::Stdout, Output::Stderr];

    /// A new handle of the stream.
    pub(super) fn stream(self) -> Resource<Handle> {
        Resource::new_own(self as u32)
    }

    /// The output that a stream's handle stands for.
    pub(super) fn of(stream: &Resource<Handle>) -> Self {
        if stream.rep() == Output::Stderr as u32 { Output::Stderr } else { Output::Stdout }
    }
}

/// A handle of which there is only one kind: the empty input, or a wait that is over.
pub(super) fn plain() -> Resource<Handle> {
    Resource::new_own(0)
}

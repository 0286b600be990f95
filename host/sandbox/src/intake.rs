//! Intake: what is looked at before anything is compiled, in this order: size, form, parse, world and
//! version, imports.

mod shape;
mod surface;

use std::borrow::Cow;

use wasmparser::WasmFeatures;

use crate::bindings::World;
use crate::componentise::{Form, componentise};
use crate::digest::Digest;
use crate::load::LoadError;
use shape::validate;
use surface::Surface;

/// The largest file that is looked at, unless a tenant's intake says otherwise: Python components are
/// near 20 MB.
const COMPONENT_BYTES: usize = 64 << 20;

/// What is let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Intake {
    /// Bytes of a component.
    pub component_bytes: usize,
    /// What becomes of components that import WASI.
    pub wasi: Wasi,
}

/// What becomes of components that import WASI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Wasi {
    /// They are refused, and each import is named.
    #[default]
    Refused,
    /// They get a deterministic stub: the time of the tick, randomness from the seed, no files, no
    /// sockets, output to the log.
    Stubbed,
}

impl Default for Intake {
    fn default() -> Self {
        Self { component_bytes: COMPONENT_BYTES, wasi: Wasi::Refused }
    }
}

/// A component that may be compiled.
#[derive(Debug, Clone)]
pub struct Examined {
    component: Vec<u8>,
    digest: Digest,
    world: World,
    stubbed: bool,
}

impl Examined {
    /// The component; encoded by the host if it came as a core module.
    pub fn component(&self) -> &[u8] {
        &self.component
    }

    /// Digest of the bytes as they came.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// Its world.
    pub fn world(&self) -> World {
        self.world
    }

    /// It imports WASI, and is to get the stub.
    pub(crate) fn stubbed(&self) -> bool {
        self.stubbed
    }
}

impl Intake {
    /// The documented maxima: what a tenant can be given at most.
    pub const MAXIMA: Intake = Intake { component_bytes: 512 << 20, wasi: Wasi::Stubbed };
}

/// Examines bytes without compiling or running anything of them.
pub fn examine(bytes: &[u8], intake: &Intake) -> Result<Examined, LoadError> {
    if bytes.len() > intake.component_bytes {
        return Err(LoadError::TooLarge { bytes: bytes.len(), limit: intake.component_bytes });
    }
    match Form::of(bytes) {
        Form::Component | Form::CoreModule => {}
        Form::Compiled => return Err(LoadError::Compiled),
        Form::Other => return Err(LoadError::NotWasm),
    }
    // The encoder takes for granted that what it reads is whole.
    validate(bytes, features())?;
    let component = componentise(bytes).map_err(|cause| LoadError::NotComponentisable { cause })?;
    if let Cow::Owned(encoded) = &component {
        validate(encoded, features())?;
    }
    let surface = Surface::of(&component)?;
    let world = surface.world()?;
    let stubbed = surface.check_imports(intake.wasi)?;
    surface.check_exports(world)?;
    let component = component.into_owned();
    Ok(Examined { component, digest: Digest::of(bytes), world, stubbed })
}

/// What the engine has switched on; the engine itself has the last word.
fn features() -> WasmFeatures {
    WasmFeatures::default()
        & !(WasmFeatures::THREADS
            | WasmFeatures::MEMORY64
            | WasmFeatures::RELAXED_SIMD
            | WasmFeatures::EXCEPTIONS
            | WasmFeatures::GC
            | WasmFeatures::CM_ASYNC)
}

//! Compiled: native code at rest. Whoever can write such a file could run anything in the host, so
//! only what carries this host's seal is ever revived.

use std::hash::Hash;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use thiserror::Error;
use wasmtime::component::Component as Code;

use crate::Sandbox;
use crate::digest::Digest;
use crate::engine::{EngineError, Threads, Written, compiling_engine, wasmtime_version};
use crate::intake::Examined;
use crate::load::{LoadError, Native, one_line};

/// The first bytes of a sealed file.
const MAGIC: &[u8; 16] = b"regatta-code-1\n\0";
/// Bytes of a seal.
const SEAL_BYTES: usize = 32;

/// The key with which a host seals compiled code. Whoever has it can run anything in the host.
#[derive(Clone)]
pub struct HostKey([u8; 32]);

impl HostKey {
    /// A key of these bytes, which must come from the system's source of randomness.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl std::fmt::Debug for HostKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("HostKey(..)")
    }
}

/// What compiled code depends on beside its source: wasmtime's full version, the processor's
/// features, the engine's settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Build(Digest);

impl std::fmt::Display for Build {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(formatter)
    }
}

/// Compiled code that is not revived. The remedy is always the same: compile again.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ReviveError {
    /// Not sealed by this host, or not for this component and build, or changed since.
    #[error("the compiled code does not carry this host's seal")]
    Seal,
    /// Sealed, and refused by the engine all the same.
    #[error("the engine does not take the compiled code: {cause}")]
    Engine {
        /// wasmtime's words.
        cause: String,
    },
}

/// Compiles a component to native code, without running any of it. This is what a child process
/// does, because hostile components can make a compiler eat time and memory.
pub fn precompile(component: &[u8], threads: Threads) -> Result<Vec<u8>, PrecompileError> {
    let engine = compiling_engine(threads)?;
    engine
        .precompile_component(component)
        .map_err(|error| PrecompileError::Refused { cause: one_line(&error) })
}

/// Why there is no compiled code.
#[derive(Debug, Error)]
pub enum PrecompileError {
    /// No compiler.
    #[error("cannot start the compiler")]
    Engine(#[from] EngineError),
    /// The compiler refuses the component.
    #[error("the compiler refuses it: {cause}")]
    Refused {
        /// Its words.
        cause: String,
    },
}

impl HostKey {
    /// Seals code that a process of this host has just compiled.
    pub fn seal(&self, digest: Digest, build: Build, code: &[u8]) -> Vec<u8> {
        let seal = self.mac(digest, build, code).finalize().into_bytes();
        [MAGIC.as_slice(), seal.as_slice(), code].concat()
    }

    /// The code in a sealed file.
    fn open<'a>(
        &self,
        digest: Digest,
        build: Build,
        sealed: &'a [u8],
    ) -> Result<&'a [u8], ReviveError> {
        let rest = sealed.strip_prefix(MAGIC).ok_or(ReviveError::Seal)?;
        let (seal, code) = rest.split_at_checked(SEAL_BYTES).ok_or(ReviveError::Seal)?;
        // Compared in constant time.
        self.mac(digest, build, code).verify_slice(seal).map_err(|_| ReviveError::Seal)?;
        Ok(code)
    }

    fn mac(&self, digest: Digest, build: Build, code: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("any length is a key");
        for part in [MAGIC.as_slice(), digest.bytes(), build.0.bytes(), code] {
            mac.update(part);
        }
        mac
    }
}

impl Sandbox {
    /// What this host's compiled code depends on.
    pub fn build(&self) -> Build {
        let mut written = Written(wasmtime_version().into_bytes());
        self.engine().precompile_compatibility_hash().hash(&mut written);
        Build(Digest::of(&written.0))
    }

    /// Makes sealed code runnable again.
    pub fn revive(
        &self,
        key: &HostKey,
        examined: &Examined,
        sealed: &[u8],
    ) -> Result<Native, ReviveError> {
        let code = key.open(examined.digest(), self.build(), sealed)?;
        // SAFETY: the seal says that `code` was given to `HostKey::seal` for this build, which takes
        // only what `precompile` made; and it lies in our own memory, where nobody changes it.
        #[expect(unsafe_code, reason = "the one place where native code comes back from a disk")]
        let code = unsafe { Code::deserialize(self.engine(), code) };
        code.map(Native).map_err(|error| ReviveError::Engine { cause: one_line(&error) })
    }

    /// Compiles in this process, which is for components that are trusted to be harmless to compile.
    pub fn compile(&self, examined: &Examined) -> Result<Native, LoadError> {
        Code::from_binary(self.engine(), examined.component())
            .map(Native)
            .map_err(|error| LoadError::Malformed { cause: one_line(&error) })
    }
}

#[cfg(test)]
mod tests;

//! Entrance: all stages of the gate but registration, so that a module can be tried by whoever has no
//! registry.

use sandbox::{Component, Examined, Native, Sandbox, Tenant, Trial, examine};

use super::queue::{Queue, Turn};
use super::{GateError, Stage};
use crate::code_cache::{Cached, CodeCache, Sealed, UncachedError};
use crate::compiler::Compiler;
use crate::{Allowance, TenantName};

/// A module with its code.
#[derive(Debug)]
pub struct Passed {
    /// It, ready to make instances.
    pub component: Component,
    /// How its trial went.
    pub trial: Trial,
    /// Bytes of native code that the compiler made of it; none if it was compiled before.
    pub code_bytes: Option<u64>,
    /// Why its code is not kept.
    pub uncached: Option<UncachedError>,
}

/// What every module meets on its way to the registry.
#[derive(Debug)]
pub struct Entrance {
    sandbox: Sandbox,
    cache: CodeCache,
    compiler: Compiler,
    queue: Queue,
}

/// A module that came through and of which nothing is kept yet.
pub(super) struct Tried {
    pub(super) component: Component,
    pub(super) trial: Trial,
    pub(super) code: Code,
}

/// Where code came from.
pub(super) enum Code {
    Cached(Native),
    New(Native, Sealed),
}

impl Code {
    fn native(&self) -> &Native {
        match self {
            Code::Cached(native) | Code::New(native, _) => native,
        }
    }

    fn bytes(&self) -> Option<u64> {
        match self {
            Code::Cached(_) => None,
            Code::New(_, sealed) => Some(sealed.code_bytes()),
        }
    }
}

impl Entrance {
    /// An entrance that compiles at most so many modules at once.
    pub fn new(sandbox: Sandbox, cache: CodeCache, compiler: Compiler, children: usize) -> Self {
        Self { sandbox, cache, compiler, queue: Queue::new(children) }
    }

    /// All stages but registration, with settings (JSON text) for the trial. After those that take
    /// time, `reached` is told the last stage that is behind it.
    pub fn pass(
        &self,
        bytes: &[u8],
        settings: Option<&str>,
        owner: &Tenant,
        allowance: &Allowance,
        reached: &mut dyn FnMut(Stage),
    ) -> Result<Passed, GateError> {
        let turn = self.turn(owner)?;
        let Tried { component, trial, code } =
            self.try_out(bytes, settings, owner, allowance, &turn, reached)?;
        let code_bytes = code.bytes();
        let uncached = self.keep(&turn, code, allowance);
        Ok(Passed { component, trial, code_bytes, uncached })
    }

    /// The owner's turn, unless another module of theirs is here.
    pub(super) fn turn(&self, owner: &Tenant) -> Result<Turn<'_>, GateError> {
        let tenant: TenantName = owner.name().parse().map_err(GateError::Tenant)?;
        self.queue.turn(&tenant).ok_or(GateError::Busy { tenant })
    }

    pub(super) fn try_out(
        &self,
        bytes: &[u8],
        settings: Option<&str>,
        owner: &Tenant,
        allowance: &Allowance,
        turn: &Turn<'_>,
        reached: &mut dyn FnMut(Stage),
    ) -> Result<Tried, GateError> {
        let examined = examine(bytes, &allowance.intake)?;
        reached(Stage::Imports);
        let code = self.code(&examined, allowance, turn)?;
        reached(Stage::Compile);
        let component = self.sandbox.link(&examined, code.native(), owner, &allowance.limits)?;
        reached(Stage::Describe);
        let trial = component.try_out(settings)?;
        reached(Stage::Trial);
        Ok(Tried { component, trial, code })
    }

    /// A module that has passed before, without its trial, and why its code is not kept. If it is to
    /// be compiled again, that waits for the owner's turn.
    pub fn load(
        &self,
        bytes: &[u8],
        owner: &Tenant,
        allowance: &Allowance,
    ) -> Result<(Component, Option<UncachedError>), GateError> {
        let tenant: TenantName = owner.name().parse().map_err(GateError::Tenant)?;
        let examined = examine(bytes, &allowance.intake)?;
        let link = |native| self.sandbox.link(&examined, native, owner, &allowance.limits);
        if let Some(native) = self.cached(&examined, &tenant) {
            return Ok((link(&native)?, None));
        }
        let turn = self.queue.wait(&tenant);
        // Whose turn it was may have wanted the same.
        let code = self.code(&examined, allowance, &turn)?;
        let component = link(code.native())?;
        let uncached = self.keep(&turn, code, allowance);
        Ok((component, uncached))
    }

    /// Keeps code that is new, or says why not.
    pub(super) fn keep(
        &self,
        turn: &Turn<'_>,
        code: Code,
        allowance: &Allowance,
    ) -> Option<UncachedError> {
        let Code::New(_, sealed) = code else { return None };
        self.cache.keep(turn.tenant(), &sealed, allowance.compiled_bytes).err()
    }

    /// Its code from the cache. One that cannot be read is no reason to turn anybody away.
    fn cached(&self, examined: &Examined, tenant: &TenantName) -> Option<Native> {
        match self.cache.find(&self.sandbox, tenant, examined) {
            Ok(Cached::Code(native)) => Some(native),
            Ok(Cached::Absent | Cached::Refused(_)) | Err(_) => None,
        }
    }

    /// Its code, from the cache or from a child process.
    fn code(
        &self,
        examined: &Examined,
        allowance: &Allowance,
        turn: &Turn<'_>,
    ) -> Result<Code, GateError> {
        if let Some(native) = self.cached(examined, turn.tenant()) {
            return Ok(Code::Cached(native));
        }
        let place = turn.place();
        let code = self.compiler.compile(examined.component(), &allowance.compile)?;
        drop(place);
        let (native, sealed) = self.cache.seal(&self.sandbox, examined, &code)?;
        Ok(Code::New(native, sealed))
    }
}

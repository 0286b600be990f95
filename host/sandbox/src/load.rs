//! Load: from bytes to a component that can make instances.

use std::sync::Arc;

use scaling::{Column, Detail};
use sha2::{Digest, Sha256};
use thiserror::Error;
use wasmtime::component::{Component as Code, HasSelf, Linker};

use crate::Sandbox;
use crate::bindings::World;
use crate::bindings::policy::{Policy as PolicyWorld, PolicyPre};
use crate::bindings::reward::{Reward as RewardWorld, RewardPre};
use crate::componentise::{Form, componentise};
use crate::description::{DescriptionError, PolicyDescription, RewardDescription};
use crate::guest::{Guest, GuestState, Trapped};
use crate::limits::Limits;
use crate::log::GuestLog;
use crate::settings::SettingsError;
use crate::trap::TrapKind;

/// The largest file that is looked at: Python components are near 20 MB.
const COMPONENT_BYTES: usize = 64 << 20;

/// A component of one of our worlds.
#[derive(Debug, Clone)]
pub enum Component {
    /// A scaling policy.
    Policy(PolicyComponent),
    /// A reward function.
    Reward(RewardComponent),
}

/// A policy's code, ready to make instances. Cheap to clone.
#[derive(Clone)]
pub struct PolicyComponent {
    pub(crate) sandbox: Sandbox,
    pub(crate) pre: PolicyPre<GuestState>,
    pub(crate) limits: Arc<Limits>,
    description: Arc<PolicyDescription>,
    digest: Arc<str>,
}

/// A reward function's code, ready to make instances. Cheap to clone.
#[derive(Clone)]
pub struct RewardComponent {
    pub(crate) sandbox: Sandbox,
    pub(crate) pre: RewardPre<GuestState>,
    pub(crate) limits: Arc<Limits>,
    description: Arc<RewardDescription>,
    digest: Arc<str>,
}

impl std::fmt::Debug for PolicyComponent {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("PolicyComponent").field(&self.description.name).finish()
    }
}

impl std::fmt::Debug for RewardComponent {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("RewardComponent").field(&self.description.name).finish()
    }
}

impl PolicyComponent {
    /// What it says about itself.
    pub fn description(&self) -> &PolicyDescription {
        &self.description
    }

    /// SHA-256 of the bytes that it was loaded from, in hexadecimal.
    pub fn digest(&self) -> &str {
        &self.digest
    }
}

impl RewardComponent {
    /// What it says about itself.
    pub fn description(&self) -> &RewardDescription {
        &self.description
    }

    /// SHA-256 of the bytes that it was loaded from, in hexadecimal.
    pub fn digest(&self) -> &str {
        &self.digest
    }
}

/// Bytes that are no component of ours, or a component that cannot be used.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum LoadError {
    /// Too large to look at.
    #[error("it is {bytes} bytes long, the limit is {limit}")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// Not WebAssembly.
    #[error("it is not a WebAssembly component or core module")]
    NotWasm,
    /// A core module that does not become a component.
    #[error("it is a core module that does not make a component: {cause}")]
    NotComponentisable {
        /// The encoder's words.
        cause: String,
    },
    /// It is cut, garbled or uses what is switched off.
    #[error("it is not valid WebAssembly: {cause}")]
    Malformed {
        /// The parser's or the compiler's words.
        cause: String,
    },
    /// Not one of our worlds.
    #[error(
        "it is no component of ours: it exports neither `decide` ({policy}) nor `score` ({reward})",
        policy = World::Policy.name(),
        reward = World::Reward.name()
    )]
    WrongWorld,
    /// It wants things that no guest gets.
    #[error(
        "it imports {} and only `regatta:policy/log@0.1.0` is allowed; \
         build it for wasm32-unknown-unknown, or without WASI",
        quoted(.imports)
    )]
    ForbiddenImports {
        /// What it imports beyond the log.
        imports: Vec<String>,
    },
    /// It says to be of our world and does not fit it.
    #[error("it does not fit the world {}: {cause}", .world.name())]
    Mismatch {
        /// The world.
        world: World,
        /// wasmtime's words.
        cause: String,
    },
    /// It broke while it was asked about itself or made.
    #[error("it failed to {attempted} ({kind}): {detail}")]
    Trapped {
        /// What was asked.
        attempted: &'static str,
        /// How it ended.
        kind: TrapKind,
        /// In words.
        detail: String,
    },
    /// What it says about itself cannot be right.
    #[error(transparent)]
    Description(#[from] DescriptionError),
    /// Its settings.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// A column that no driver has.
    #[error("it asks for the column `{name}`, which does not exist{}", suggestion(.name))]
    UnknownColumn {
        /// The name.
        name: String,
    },
    /// A detail that no driver has.
    #[error("it asks for the detail `{name}`; there are {}", details())]
    UnknownDetail {
        /// The name.
        name: String,
    },
    /// A range of rewards that is none.
    #[error("it promises rewards in {minimum}..={maximum}, which is not a finite range")]
    Range {
        /// The promised minimum.
        minimum: f64,
        /// The promised maximum.
        maximum: f64,
    },
}

impl LoadError {
    pub(crate) fn trapped(attempted: &'static str, trapped: Trapped) -> Self {
        LoadError::Trapped { attempted, kind: trapped.kind, detail: trapped.detail }
    }
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn details() -> String {
    Detail::ALL.map(|detail| format!("`{}`", detail.name())).join(", ")
}

/// The nearest column by the longest common beginning, if it is near at all.
fn suggestion(name: &str) -> String {
    let common = |column: &Column| {
        name.bytes().zip(column.name().bytes()).take_while(|(a, b)| a == b).count()
    };
    match Column::ALL.iter().max_by_key(|column| common(column)) {
        Some(column) if common(column) >= 4 => format!("; did you mean `{column}`?"),
        _ => String::new(),
    }
}

impl Sandbox {
    /// Loads a component of one of our worlds, or a core module that embeds one.
    pub fn load(&self, bytes: &[u8], limits: &Limits) -> Result<Component, LoadError> {
        if bytes.len() > COMPONENT_BYTES {
            return Err(LoadError::TooLarge { bytes: bytes.len(), limit: COMPONENT_BYTES });
        }
        if Form::of(bytes) == Form::Other {
            return Err(LoadError::NotWasm);
        }
        // The encoder takes for granted that what it reads is whole.
        wasmparser::Validator::new()
            .validate_all(bytes)
            .map_err(|error| LoadError::Malformed { cause: error.to_string() })?;
        let component =
            componentise(bytes).map_err(|cause| LoadError::NotComponentisable { cause })?;
        let code = Code::from_binary(self.engine(), &component)
            .map_err(|error| LoadError::Malformed { cause: one_line(&error) })?;
        let digest: Arc<str> = Sha256::digest(bytes)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
            .into();
        let limits = Arc::new(limits.clone());
        match self.world_of(&code)? {
            World::Policy => self.load_policy(&code, limits, digest).map(Component::Policy),
            World::Reward => self.load_reward(&code, limits, digest).map(Component::Reward),
        }
    }

    /// The world of a component, by what only that world exports, once its imports are allowed.
    fn world_of(&self, code: &Code) -> Result<World, LoadError> {
        let ty = code.component_type();
        let exports = |name| ty.exports(self.engine()).any(|(export, _)| export == name);
        let world = match (exports("decide"), exports("score")) {
            (true, _) => World::Policy,
            (false, true) => World::Reward,
            (false, false) => return Err(LoadError::WrongWorld),
        };
        // An interface of types alone brings nothing in; it is named because the log's neighbours
        // are declared beside it.
        let harmless = |name: &str| {
            name.strip_prefix("regatta:policy/")
                .and_then(|rest| rest.split_once('@'))
                .is_some_and(|(interface, _)| matches!(interface, "log" | "types" | "details"))
        };
        let imports: Vec<String> = ty
            .imports(self.engine())
            .map(|(name, _)| name.to_owned())
            .filter(|name| !harmless(name))
            .collect();
        if imports.is_empty() { Ok(world) } else { Err(LoadError::ForbiddenImports { imports }) }
    }

    fn load_policy(
        &self,
        code: &Code,
        limits: Arc<Limits>,
        digest: Arc<str>,
    ) -> Result<PolicyComponent, LoadError> {
        let world = World::Policy;
        let mut linker = Linker::new(self.engine());
        PolicyWorld::add_to_linker::<_, HasSelf<GuestLog>>(&mut linker, |state: &mut GuestState| {
            &mut state.log
        })
        .and_then(|()| PolicyPre::new(linker.instantiate_pre(code)?))
        .map_err(|error| LoadError::Mismatch { world, cause: one_line(&error) })
        .and_then(|pre| {
            let mut guest = Guest::new(self, &limits);
            let budget = guest.budget(limits.setup_fuel);
            let (raw, _) = guest
                .call(budget, |mut store| pre.instantiate(&mut store)?.call_describe(&mut store))
                .map_err(|trapped| LoadError::trapped("describe itself", trapped))?;
            let description = Arc::new(PolicyDescription::try_from(raw)?);
            Ok(PolicyComponent { sandbox: self.clone(), pre, limits, description, digest })
        })
    }

    fn load_reward(
        &self,
        code: &Code,
        limits: Arc<Limits>,
        digest: Arc<str>,
    ) -> Result<RewardComponent, LoadError> {
        let world = World::Reward;
        let mut linker = Linker::new(self.engine());
        RewardWorld::add_to_linker::<_, HasSelf<GuestLog>>(&mut linker, |state: &mut GuestState| {
            &mut state.log
        })
        .and_then(|()| RewardPre::new(linker.instantiate_pre(code)?))
        .map_err(|error| LoadError::Mismatch { world, cause: one_line(&error) })
        .and_then(|pre| {
            let mut guest = Guest::new(self, &limits);
            let budget = guest.budget(limits.setup_fuel);
            let (raw, _) = guest
                .call(budget, |mut store| pre.instantiate(&mut store)?.call_describe(&mut store))
                .map_err(|trapped| LoadError::trapped("describe itself", trapped))?;
            let description = Arc::new(RewardDescription::try_from(raw)?);
            Ok(RewardComponent { sandbox: self.clone(), pre, limits, description, digest })
        })
    }
}

/// The columns of these names.
pub(crate) fn columns(names: &[String]) -> Result<Vec<Column>, LoadError> {
    names
        .iter()
        .map(|name| {
            Column::from_name(name).ok_or_else(|| LoadError::UnknownColumn { name: name.clone() })
        })
        .collect()
}

fn one_line(error: &wasmtime::Error) -> String {
    format!("{error:#}").replace('\n', " ")
}

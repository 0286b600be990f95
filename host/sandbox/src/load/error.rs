//! Why a component is not taken.

use scaling::{Column, Detail};
use thiserror::Error;

use crate::bindings::World;
use crate::description::DescriptionError;
use crate::guest::{Guest, Trapped};
use crate::log::LogLine;
use crate::settings::SettingsError;
use crate::tenant::QuotaError;
use crate::text::quoted as words;
use crate::trap::TrapKind;

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
    /// Native code from outside.
    #[error(
        "it is not a WebAssembly component but compiled code, which this host takes from nobody; \
         upload the component itself"
    )]
    Compiled,
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
    /// Valid, and made to keep a compiler busy.
    #[error("it has {found} {what}, the limit is {limit}; no toolchain writes such code")]
    Unwieldy {
        /// What it has too much of.
        what: &'static str,
        /// How much.
        found: u64,
        /// The limit.
        limit: u64,
    },
    /// Not one of our worlds.
    #[error(
        "it is no component of ours: it exports neither `decide` ({policy}) nor `score` ({reward})",
        policy = World::Policy.name(),
        reward = World::Reward.name()
    )]
    WrongWorld,
    /// Ours, of a version that this host does not speak.
    #[error(
        "it speaks version {found} of regatta:policy and this host speaks 0.1; \
         build it against the wit/policy.wit of this host"
    )]
    OtherVersion {
        /// Its version.
        found: String,
    },
    /// It wants things that no guest gets.
    #[error(
        "it imports {} and only `regatta:policy/log@0.1.0` is allowed; {}",
        quoted(.imports),
        hint(.imports)
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
    /// Its tenant has no place for it.
    #[error(transparent)]
    Quota(#[from] QuotaError),
    /// It holds more memories or parts than an instance may.
    #[error("it cannot be given a place: {cause}")]
    Oversized {
        /// Which part is too many.
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
    /// It failed at what it is for.
    #[error("it failed its trial: {cause}")]
    Trial {
        /// What was wrong with its answer.
        cause: String,
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
    /// More columns than there are.
    #[error("it asks for {asked} columns, the limit is {limit}; ask for each once")]
    ManyColumns {
        /// How many.
        asked: usize,
        /// The most.
        limit: usize,
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
    /// It broke before there was anybody to collect its log, of which the last line often says why.
    pub(crate) fn trapped(attempted: &'static str, trapped: Trapped, guest: &mut Guest) -> Self {
        let detail = trapped.detail + &last_words(&guest.state().log.take());
        LoadError::Trapped { attempted, kind: trapped.kind, detail }
    }

    pub(crate) fn trial(cause: &impl std::fmt::Display, log: &[LogLine]) -> Self {
        LoadError::Trial { cause: cause.to_string() + &last_words(log) }
    }
}

/// What to add about a guest's log.
fn last_words(log: &[LogLine]) -> String {
    let words = |line: &LogLine| format!("; the last that it logged: {}", words(&line.message));
    log.last().map(words).unwrap_or_default()
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

/// Which flag of which toolchain brings an import, as far as that is known.
fn hint(imports: &[String]) -> &'static str {
    let any = |prefix: &str| imports.iter().any(|import| import.starts_with(prefix));
    if any("wasi:http") {
        "JavaScript: componentize-js with `-d http fetch-event`, or jco with the QuickJS backend"
    } else if any("wasi:") {
        "Rust: build for wasm32-unknown-unknown and not wasm32-wasip2; Python: componentize-py with \
         `--stub-wasi`; JavaScript: componentize-js with `-d stdio random clocks http fetch-event`; \
         or ask for the deterministic WASI stub, a setting of the tenant"
    } else if any("env") || any("__") {
        "a core function was left undefined: look for `extern` blocks and linker flags"
    } else {
        "leave it out of the component's world"
    }
}

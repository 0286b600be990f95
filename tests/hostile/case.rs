//! Case: one hostile file and how it must end.

use sandbox::TrapKind;

use super::template::{Replaced, policy};

/// One attack.
#[derive(Debug, Clone)]
pub(crate) struct Hostile {
    /// Its name, which is its file's name too.
    pub(crate) name: String,
    /// A component, a core module, or neither.
    pub(crate) bytes: Vec<u8>,
    /// How it must end.
    pub(crate) expected: Expected,
}

/// How an attack must end.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Expected {
    /// It is refused in these words, and no call into it trapped.
    Refused(&'static str),
    /// A call traps when it is asked about itself or made.
    BreaksAtStart(TrapKind, &'static str),
    /// Its answer traps; the counter of that kind goes up by one.
    Traps(TrapKind, &'static str),
    /// Its answer comes back and is refused.
    AnswerRefused(&'static str),
    /// It does no harm and answers with so many replicas.
    Answers(u32),
}

impl Hostile {
    /// An attack of these bytes.
    pub(crate) fn new(name: impl Into<String>, bytes: Vec<u8>, expected: Expected) -> Self {
        Self { name: name.into(), bytes, expected }
    }
}

/// A policy with pieces replaced that must end like this.
pub(crate) fn case(name: &str, replaced: Replaced<'_>, expected: Expected) -> Hostile {
    Hostile::new(name, policy(replaced), expected)
}

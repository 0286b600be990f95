//! Item: one rule of the interface that a module is held to.

use std::fmt;

macro_rules! items {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal, $claim:literal;)+) => {
        /// One rule of the interface that a module is held to.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Item { $($(#[doc = $doc])+ $variant,)+ }

        impl Item {
            /// Every item, in the order in which they are reported.
            pub const ALL: &[Item] = &[$(Item::$variant,)+];

            /// Its name.
            pub fn name(self) -> &'static str {
                match self { $(Item::$variant => $name,)+ }
            }

            /// What holds of a module that keeps it.
            pub fn claim(self) -> &'static str {
                match self { $(Item::$variant => $claim,)+ }
            }
        }
    };
}

items! {
    /// `describe`.
    Describe = "describe", "says the same about itself each time";
    /// The settings schema.
    Schema = "schema", "the settings schema is one, and agrees with validate-settings on {}";
    /// `validate-settings` and `init`.
    Settings = "settings", "validate-settings and init agree on which settings are good";
    /// What `init` answers.
    Init = "init", "asks for the same whenever it is made";
    /// Answers and scores.
    Answers = "answers", "every answer can be meant";
    /// Explanations.
    Explanations = "explanations", "explanations are JSON objects, given when asked for";
    /// Traps.
    Traps = "traps", "no call traps";
    /// The log.
    Log = "log", "what it logs is within its allowance";
    /// `learn`.
    Learn = "learn", "learns from what came of it, or declines";
    /// The same calls again.
    Repeat = "repeat", "the same calls give the same answers, to the bit";
    /// Another seed.
    Seed = "seed", "another seed changes nothing unless it may explore";
    /// Rows in another order.
    Order = "order", "the order of a batch does not matter";
    /// Rows in other company.
    Company = "company", "a batch can be split";
    /// State that was not announced.
    Stateless = "stateless", "remembers nothing, as it says";
    /// Snapshots.
    Snapshot = "snapshot", "goes on from its snapshot as if never interrupted";
    /// Snapshots of some workloads.
    Subset = "subset", "goes on from a snapshot of some of its workloads";
    /// Snapshots that are none.
    Garbage = "garbage", "refuses what is no snapshot";
    /// `forget`.
    Forget = "forget", "forgetting one workload leaves the others alone";
    /// Fuel.
    Fuel = "fuel", "has fuel to spare";
    /// Memory and snapshots.
    Memory = "memory", "has memory to spare";
}

impl fmt::Display for Item {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

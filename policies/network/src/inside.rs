//! What is inside: the agent that was put into this module.

use std::cell::RefCell;

use agent::{Agent, Card, is_agent};

use crate::slot;

const EMPTY: &str =
    "there is no network in this module; it is what `regatta export CHECKPOINT` puts one into";

thread_local! {
    /// The agent once it was read, or why there is none. Large ones take a while to read, and a policy
    /// is described, checked and made one after the other.
    static READ: RefCell<Option<Result<Agent, String>>> = const { RefCell::new(None) };
}

fn read() -> Result<Agent, String> {
    let bytes = slot::contents();
    if !is_agent(bytes) {
        return Err(EMPTY.to_owned());
    }
    Agent::from_bytes(bytes).map_err(|error| format!("the agent in this module: {error}"))
}

/// Something of the agent's card, or why there is none, in one line.
pub(crate) fn card<T>(of: impl Fn(&Card) -> T) -> Result<T, String> {
    READ.with_borrow_mut(|place| match place.get_or_insert_with(read) {
        Ok(agent) => Ok(of(agent.card())),
        Err(why) => Err(why.clone()),
    })
}

/// The agent, or why there is none, in one line.
pub(crate) fn take() -> Result<Agent, String> {
    READ.take().unwrap_or_else(read)
}

//! Ordeal: an attack is let loose beside a good neighbour.

use sandbox::{Component, ComponentPolicy, EpochClock, Limits, LoadError, Sandbox};
use scaling::{Policy, Refusal};

use super::case::{Expected, Hostile};
use crate::scene::{batch, tick};

/// The longest message that the sandbox may make of what a stranger wrote, in bytes.
const MESSAGE_BYTES: usize = 10 << 10;

/// Limits under which every loop and every bomb ends soon.
pub(crate) fn limits() -> Limits {
    Limits {
        setup_fuel: 20_000_000,
        call_fuel: 5_000_000,
        row_fuel: 100_000,
        memory_bytes: 8 << 20,
        copied_bytes: 1 << 20,
        snapshot_bytes: 64 << 10,
        ..Limits::default()
    }
}

/// A sandbox with a neighbour in it, whose state is a count of its calls.
pub(crate) struct Ordeal {
    pub(crate) sandbox: Sandbox,
    neighbour: ComponentPolicy,
    calls: u64,
}

impl Ordeal {
    pub(crate) fn new() -> Self {
        let sandbox = Sandbox::new(EpochClock::ByHand).unwrap();
        let modules = assembly::Modules::new(&sandbox, Limits::default());
        let neighbour = modules.policy("probe").unwrap().instantiate("{}", 0).unwrap();
        Self { sandbox, neighbour, calls: 0 }
    }

    /// The policy in a file, made.
    pub(crate) fn start(&self, bytes: &[u8]) -> Result<ComponentPolicy, LoadError> {
        match self.sandbox.load(bytes, &limits())? {
            Component::Policy(policy) => policy.instantiate("{}", 0),
            Component::Reward(_) => panic!("attacks are policies"),
        }
    }

    /// Lets every attack loose, one after the other; none may end otherwise than it must.
    pub(crate) fn undergo(&mut self, cases: &[Hostile]) {
        let complaints: Vec<String> = cases
            .iter()
            .filter_map(|hostile| {
                let ended = self.end(hostile);
                self.see_neighbour(&hostile.name);
                ended.err().map(|complaint| format!("{}: {complaint}", hostile.name))
            })
            .collect();
        assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    }

    /// Whether one attack ends as it must.
    fn end(&self, hostile: &Hostile) -> Result<(), String> {
        let expected = &hostile.expected;
        match (self.start(&hostile.bytes), expected) {
            (Ok(mut policy), _) => answer(&mut policy, expected),
            (
                Err(LoadError::Trapped { kind, detail, .. }),
                Expected::BreaksAtStart(as_kind, words),
            ) if kind == *as_kind => in_words(&detail, words),
            (Err(error @ LoadError::Trapped { .. }), _) => Err(format!("{error}")),
            (Err(error), Expected::Refused(words)) => in_words(&error.to_string(), words),
            (Err(error), _) => Err(error.to_string()),
        }
    }

    /// The neighbour answers at once and has kept its state.
    pub(crate) fn see_neighbour(&mut self, after: &str) {
        let answer = self.neighbour.recommend(&batch(&tick(&[7.0]), &[0])).answers.remove(0);
        assert_eq!(answer.unwrap().replicas, Some(7), "the neighbour of {after}");
        self.calls += 1;
        let count = self.neighbour.snapshot(&[]).unwrap();
        assert_eq!(count, self.calls.to_le_bytes(), "the neighbour of {after}");
        assert!(self.neighbour.usage().traps.is_empty(), "the neighbour of {after}");
    }
}

/// Asks an attack about one row and judges how that ends.
pub(crate) fn answer(policy: &mut ComponentPolicy, expected: &Expected) -> Result<(), String> {
    let answer = policy.recommend(&batch(&tick(&[3.0]), &[0])).answers.remove(0);
    let usage = policy.usage();
    let traps: Vec<_> = usage.traps.iter().map(|(&kind, &count)| (kind, count)).collect();
    if usage.memory_bytes_peak > limits().memory_bytes {
        return Err(format!("it holds {} bytes", usage.memory_bytes_peak));
    }
    match (answer, expected) {
        (Err(Refusal::Failed { cause }), Expected::Traps(kind, words)) if traps == [(*kind, 1)] => {
            in_words(&cause, words)
        }
        (Err(refusal), Expected::AnswerRefused(words)) if traps.is_empty() => {
            in_words(&refusal.to_string(), words)
        }
        (Ok(said), Expected::Answers(replicas))
            if traps.is_empty() && said.replicas == Some(*replicas) =>
        {
            Ok(())
        }
        (Ok(said), _) => Err(format!("it answers {said:?}, traps are {traps:?}")),
        (Err(refusal), _) => Err(format!("{refusal}; traps are {traps:?}")),
    }
}

/// Whether a message holds the words, is short and one line, and cannot move a terminal's cursor.
pub(crate) fn in_words(message: &str, words: &str) -> Result<(), String> {
    if message.len() > MESSAGE_BYTES {
        return Err(format!("a message of {} bytes: {:.80}…", message.len(), message));
    }
    if message.contains(char::is_control) || !message.contains(words) {
        return Err(format!("{message:?} instead of {words:?}"));
    }
    Ok(())
}

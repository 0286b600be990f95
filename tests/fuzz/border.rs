//! The border: whatever a guest leaves in its memory as an answer, the host reads it or refuses it.

use sandbox::{Component, ComponentPolicy, EpochClock, Limits, Sandbox};
use scaling::{Batch, Observations, Policy, Refusal, Timestamp, WorkloadId};

/// A guest that answers with whatever bytes it was given last.
pub(crate) struct Mirror {
    policy: ComponentPolicy,
    observations: Observations,
}

/// What of the template makes a mirror: a snapshot that it is given to restore becomes its answer.
pub(crate) const PIECES: &[(&str, &str)] = &[
    ("memory", r#"(memory (export "memory") 8)"#),
    (
        "restore",
        "(memory.fill (i32.const 262144) (i32.const 0) (i32.const 65536)) \
         (memory.copy (i32.const 262144) (local.get $snapshot) (local.get $length)) \
         (global.set $next (i32.const 65536)) (i32.const 256)",
    ),
    ("decide", "(global.set $next (i32.const 65536)) (i32.const 262144)"),
];

/// Where the answer lies in the mirror's memory.
pub(crate) const ANSWER: u32 = 262_144;
/// The longest answer.
const ANSWER_BYTES: usize = 4096;
/// Rows that it is asked about.
const ROWS: usize = 3;

impl Mirror {
    /// A mirror made from a component of the template with [`PIECES`] replaced.
    pub(crate) fn new(component: &[u8]) -> Self {
        let sandbox =
            Sandbox::with_instances(EpochClock::ByHand, 8).expect("there is room for eight");
        let limits = Limits {
            call_fuel: 1_000_000,
            copied_bytes: 1 << 20,
            calls_between_snapshots: u32::MAX,
            discipline: None,
            ..Limits::default()
        };
        let Ok(Component::Policy(component)) = sandbox.load(component, &limits) else {
            panic!("the mirror is a policy")
        };
        let policy = component.instantiate("{}", 0).expect("it takes any settings");
        let ids = (0..ROWS as u64).map(WorkloadId).collect();
        Self { policy, observations: Observations::missing(Timestamp::ZERO, 0, ids) }
    }

    /// Lets the host read these bytes as an answer: the record of an `advice` behind its
    /// discriminant, and whatever its pointers point to. Says whether any row was answered.
    pub(crate) fn show(&mut self, answer: &[u8]) -> bool {
        let answer = &answer[..answer.len().min(ANSWER_BYTES)];
        self.policy.restore(answer).expect("the mirror takes any bytes");
        let rows: Vec<usize> = (0..ROWS).collect();
        let batch =
            Batch { observations: &self.observations, rows: &rows, explore: false, explain: true };
        let advice = self.policy.recommend(&batch);
        assert_eq!(advice.answers.len(), ROWS);
        for said in advice.answers.iter().flatten() {
            assert!(said.buffer_requests.is_none_or(f64::is_finite), "{said:?}");
            assert!(
                said.reason.is_none_or(|reason| reason.0 == 0),
                "only one reason was described: {said:?}"
            );
        }
        for refusal in advice.answers.iter().filter_map(|answer| answer.as_ref().err()) {
            assert!(!matches!(refusal, Refusal::Suspended { .. }), "{refusal}");
        }
        assert!(advice.explanations.iter().all(|said| (said.row as usize) < ROWS));
        advice.answers.iter().any(Result::is_ok)
    }
}

/// An answer that is right: three replicas for every row.
pub(crate) fn right() -> Vec<u8> {
    let mut bytes = vec![0; 512];
    let mut put = |place: usize, value: u32| {
        bytes[place..place + 4].copy_from_slice(&value.to_le_bytes());
    };
    let lists = [(128, ROWS), (160, ROWS), (192, ROWS), (0, 0), (0, 0), (0, 0), (0, 0)];
    for (index, (offset, length)) in lists.into_iter().enumerate() {
        put(4 + 8 * index, ANSWER + offset);
        put(8 + 8 * index, length as u32);
    }
    bytes[128..128 + ROWS].fill(1);
    for row in 0..ROWS {
        bytes[192 + 8 * row..200 + 8 * row].copy_from_slice(&3_f64.to_le_bytes());
    }
    bytes
}

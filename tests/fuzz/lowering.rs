//! Lowering: whatever is observed reaches a guest whole, and a guest of ours never breaks on it.

use sandbox::{Component, ComponentPolicy, EpochClock, Limits, Sandbox};
use scaling::{
    Batch, Bucket, ConditionStatus, Container, Details, Edge, Fault, Metric, MetricSource,
    Observations, Pod, PodPhase, Policy, Quantity, Readiness, Refusal, Sampling, Timestamp,
    WorkloadId,
};

/// The most workloads, pods, metrics and so on of one batch.
const MANY: usize = 6;

/// A policy that reads everything.
pub(crate) struct Reader(ComponentPolicy);

impl Reader {
    /// Made from a component and settings under which it reads columns and details.
    pub(crate) fn new(component: &[u8], settings: &str) -> Self {
        let sandbox =
            Sandbox::with_instances(EpochClock::ByHand, 8).expect("there is room for eight");
        let limits = Limits { discipline: None, ..Limits::default() };
        let Ok(Component::Policy(component)) = sandbox.load(component, &limits) else {
            panic!("the reader is a policy")
        };
        Self(component.instantiate(settings, 0).expect("it takes these settings"))
    }

    /// Shows it the observations that these bytes stand for.
    pub(crate) fn read(&mut self, bytes: &[u8]) {
        let mut source = Source(bytes);
        let observations = observations(&mut source);
        let rows: Vec<usize> =
            (0..observations.rows()).filter(|_| !source.byte().is_multiple_of(4)).collect();
        let batch = Batch {
            observations: &observations,
            rows: &rows,
            explore: source.byte().is_multiple_of(2),
            explain: source.byte().is_multiple_of(2),
        };
        let advice = self.0.recommend(&batch);
        assert_eq!(advice.answers.len(), rows.len());
        for refusal in advice.answers.iter().filter_map(|answer| answer.as_ref().err()) {
            // What is absurd may come of what is absurd; a call that breaks may not.
            assert!(!matches!(refusal, Refusal::Failed { .. }), "{refusal}");
        }
        assert!(self.0.usage().traps.is_empty(), "{:?}", self.0.usage().traps);
    }
}

/// Bytes that stand for values; zeroes when they are used up.
struct Source<'a>(&'a [u8]);

impl Source<'_> {
    fn byte(&mut self) -> u8 {
        let Some((&first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        first
    }

    fn word(&mut self) -> u64 {
        (0..8).fold(0, |word, _| word << 8 | u64::from(self.byte()))
    }

    /// Mostly plausible, and sometimes any bits at all.
    fn number(&mut self) -> f64 {
        match self.byte() {
            0 => f64::NAN,
            1 => f64::from_bits(self.word()),
            small @ 2..=127 => f64::from(small) / 16.0,
            large => f64::from(large) * 1e6,
        }
    }

    fn instant(&mut self) -> Timestamp {
        match self.byte() {
            0 => Timestamp::from_nanoseconds(self.word() as i64),
            seconds => Timestamp::from_nanoseconds(i64::from(seconds) * 1_000_000_000),
        }
    }

    fn text(&mut self) -> String {
        const TEXTS: [&str; 8] =
            ["", "cpu", "memory", "requests", "é\u{10ffff}\0", "a=b,c in (d)", "Ingress/x", "app"];
        let text = TEXTS[usize::from(self.byte()) % TEXTS.len()];
        text.repeat(1 + usize::from(self.byte()) % 3)
    }

    fn some<T>(&mut self, make: impl Fn(&mut Self) -> T) -> Option<T> {
        self.byte().is_multiple_of(2).then(|| make(self))
    }

    fn list<T>(&mut self, make: impl Fn(&mut Self) -> T) -> Vec<T> {
        (0..usize::from(self.byte()) % (MANY + 1)).map(|_| make(self)).collect()
    }
}

fn observations(source: &mut Source<'_>) -> Observations {
    let count = usize::from(source.byte()) % (MANY + 1);
    let ids = (0..count as u64).map(|id| WorkloadId(id * 7)).collect();
    let mut observations = Observations::missing(source.instant(), source.word(), ids);
    for &column in scaling::Column::ALL {
        for value in observations.column_mut(column) {
            *value = source.number();
        }
    }
    if count > 0 {
        observations.details = details(source, count as u32);
    }
    observations
}

fn details(source: &mut Source<'_>, rows: u32) -> Details {
    let row = |source: &mut Source<'_>| u32::from(source.byte()) % rows;
    let mut details = Details {
        pods: source.list(|source| pod(row(source), source)),
        metrics: source.list(|source| metric(row(source), source)),
        buckets: source.list(|source| Bucket {
            row: row(source),
            start: source.instant(),
            length_nanoseconds: source.word() | 1,
            concurrency: source.number(),
            arrival_rate_per_second: source.number(),
        }),
        edges: source.list(|source| Edge {
            upstream: WorkloadId(source.word()),
            downstream: WorkloadId(source.word()),
            calls_per_request: source.number(),
        }),
        faults: source.list(|source| Fault {
            row: row(source),
            subject: source.text(),
            reason: source.text(),
            message: source.text(),
        }),
    };
    details.pods.sort_by_key(|pod| pod.row);
    details.metrics.sort_by_key(|metric| metric.row);
    details.buckets.sort_by_key(|bucket| bucket.row);
    details.faults.sort_by_key(|fault| fault.row);
    details
}

fn pod(row: u32, source: &mut Source<'_>) -> Pod {
    const PHASES: [PodPhase; 5] = [
        PodPhase::Pending,
        PodPhase::Running,
        PodPhase::Succeeded,
        PodPhase::Failed,
        PodPhase::Unknown,
    ];
    const STATES: [ConditionStatus; 3] =
        [ConditionStatus::True, ConditionStatus::False, ConditionStatus::Unknown];
    Pod {
        row,
        phase: PHASES[usize::from(source.byte()) % PHASES.len()],
        deleting: source.byte().is_multiple_of(4),
        ready: source.some(|source| Readiness {
            status: STATES[usize::from(source.byte()) % STATES.len()],
            changed: source.some(Source::instant),
        }),
        started: source.some(Source::instant),
        requests: source.list(quantity),
        containers: source.list(|source| Container {
            name: source.text(),
            restartable_init: source.byte().is_multiple_of(4),
            requests: source.list(quantity),
            usage: source.list(quantity),
        }),
        sampled: source.some(sampling),
    }
}

fn metric(row: u32, source: &mut Source<'_>) -> Metric {
    const SOURCES: [MetricSource; 3] =
        [MetricSource::Pods, MetricSource::Object, MetricSource::External];
    Metric {
        row,
        source: SOURCES[usize::from(source.byte()) % SOURCES.len()],
        name: source.text(),
        selector: source.text(),
        described_object: source.text(),
        pod: source.some(|source| u32::from(source.byte()) % 8),
        milli: source.word() as i64,
        sampled: sampling(source),
    }
}

fn quantity(source: &mut Source<'_>) -> Quantity {
    Quantity { resource: source.text(), milli: source.word() as i64 }
}

fn sampling(source: &mut Source<'_>) -> Sampling {
    Sampling { taken: source.instant(), window_nanoseconds: source.word() }
}

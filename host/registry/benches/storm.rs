//! Whether uploads disturb ticks: ticks go on at a steady beat, and in every second block of time a
//! hundred modules a minute come through the gate, none of them seen before.
//!
//! Blocks come in pairs, one quiet and one loaded, each first in turn, and what is compared is each
//! pair's own p99: whatever else happens on the machine then hits both alike.
#![expect(clippy::disallowed_methods, reason = "a bench measures with the wall clock")]
#![expect(clippy::print_stdout, reason = "a bench says what it found")]
#![expect(clippy::unwrap_used, reason = "a bench may stop at what it does not expect")]

#[path = "bench/host.rs"]
mod host;
#[path = "bench/modules.rs"]
mod modules;

use std::hint::black_box;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use host::Host;
use sandbox::{Component, ComponentPolicy, Limits, Panel, TickBudget};
use scaling::{Batch, Column, Observations, Timestamp, WorkloadId};

const WORKLOADS: u64 = 1000;
/// From the start of one tick to the start of the next.
const BEAT: Duration = Duration::from_millis(10);
/// Between two uploads: a hundred a minute.
const BETWEEN_UPLOADS: Duration = Duration::from_millis(600);

/// How long it goes on.
struct Course {
    block: Duration,
    pairs: usize,
}

/// One live policy and three shadows, and what they see.
struct Ticks {
    panel: Panel,
    observations: Observations,
    rows: Vec<usize>,
    host: sandbox::Sandbox,
}

impl Ticks {
    fn new(host: &Host) -> Self {
        let start = |name: &str, settings: &str| -> ComponentPolicy {
            let module = modules::policy(name);
            match host.sandbox.load(&module, &Limits::default()).unwrap() {
                Component::Policy(policy) => policy.instantiate(settings, 0).unwrap(),
                Component::Reward(_) => panic!("`{name}` is a policy"),
            }
        };
        let shadows = vec![
            start("step-threshold", "{}"),
            start("static-replicas", r#"{"replicas": 3}"#),
            start("probe", "{}"),
        ];
        let live = start("threshold-hpa", modules::HPA);
        let mut observations =
            Observations::missing(Timestamp::ZERO, 0, (0..WORKLOADS).map(WorkloadId).collect());
        for &column in Column::ALL {
            observations.column_mut(column).fill(1.0);
        }
        let rows = (0..WORKLOADS as usize).collect();
        let panel = Panel { live, fallback: None, shadows };
        Self { panel, observations, rows, host: host.sandbox.clone() }
    }

    fn tick(&mut self) {
        self.observations.tick += 1;
        let seconds = 15 * self.observations.tick as i64;
        self.observations.now = Timestamp::from_nanoseconds(1_000_000_000 * seconds);
        let utilisation = self.observations.column_mut(Column::CpuUtilisationRatioMean);
        for (row, value) in utilisation.iter_mut().enumerate() {
            *value = 0.3 + 0.1 * ((row as i64 + seconds) % 8) as f64;
        }
        let (observations, rows) = (&self.observations, &self.rows[..]);
        let batch = Batch { observations, rows, explore: false, explain: false };
        let mut turn = self.host.turn(TickBudget { fuel: u64::MAX, deadline: None });
        let answered = self.panel.ask_live(&batch, &mut turn);
        assert!(answered.refusals.is_empty());
        black_box(answered);
        for answer in black_box(self.panel.ask_shadows(&batch, &mut turn)) {
            assert!(answer.is_ok());
        }
    }

    /// Ticks for one block.
    fn block(&mut self, length: Duration) -> Block {
        let begun = Instant::now();
        let mut due = begun;
        let mut block = Block::default();
        while begun.elapsed() < length {
            due += BEAT;
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
            let start = Instant::now();
            self.tick();
            block.work.push(start.elapsed());
            block.from_due.push(due.elapsed());
            // A tick that was missed is not made up for.
            due = due.max(Instant::now() - BEAT);
        }
        block.work.sort_unstable();
        block.from_due.sort_unstable();
        block
    }
}

/// How long the ticks of a block took, ascending.
#[derive(Default)]
struct Block {
    work: Vec<Duration>,
    /// From when they were due: whatever keeps a tick from starting counts too.
    from_due: Vec<Duration>,
}

fn percentile(times: &[Duration], percent: usize) -> Duration {
    times[(times.len() * percent / 100).min(times.len() - 1)]
}

fn main() -> ExitCode {
    if let Some(ended) = host::compiled_as_child() {
        return ended;
    }
    // `cargo test` runs benches once, with this flag, to see that they work.
    let course = if std::env::args().any(|argument| argument == "--test") {
        Course { block: Duration::from_millis(100), pairs: 1 }
    } else {
        Course { block: Duration::from_secs(10), pairs: 5 }
    };
    run(&course);
    ExitCode::SUCCESS
}

fn run(course: &Course) {
    let host = Host::new();
    let module = modules::policy_of(100_000);
    let (loaded, over, uploads) =
        (AtomicBool::new(false), AtomicBool::new(false), AtomicU32::new(0));
    std::thread::scope(|scope| {
        scope.spawn(|| upload(&host, &module, &loaded, &over, &uploads));
        let mut ticks = Ticks::new(&host);
        (0..100).for_each(|_| ticks.tick());
        println!("{WORKLOADS} workloads, one live policy and three shadows, a tick every {BEAT:?}");
        println!(
            "blocks of {:?}: uploads; p50, p95 and p99 of the work, p99 from due",
            course.block
        );
        let mut block = |is_loaded: bool| {
            loaded.store(is_loaded, Ordering::Relaxed);
            let before = uploads.load(Ordering::Relaxed);
            let block = ticks.block(course.block);
            loaded.store(false, Ordering::Relaxed);
            let uploads = uploads.load(Ordering::Relaxed) - before;
            let kind = if is_loaded { "loaded" } else { "quiet" };
            let work = |percent| percentile(&block.work, percent);
            let from_due = percentile(&block.from_due, 99);
            let [p50, p95, p99] = [work(50), work(95), work(99)];
            println!("  {kind:6} {uploads:3} {p50:10.1?} {p95:10.1?} {p99:10.1?} {from_due:10.1?}");
            [p95, p99, from_due].map(|time| time.as_secs_f64())
        };
        let mut ratios: [Vec<f64>; 3] = Default::default();
        for pair in 0..course.pairs {
            let first = block(pair % 2 == 1);
            let second = block(pair % 2 == 0);
            let (quiet, loaded) = if pair % 2 == 0 { (first, second) } else { (second, first) };
            for (place, ratios) in ratios.iter_mut().enumerate() {
                ratios.push(loaded[place] / quiet[place]);
            }
        }
        let [p95, p99, from_due] = ratios.map(|mut ratios| {
            ratios.sort_by(f64::total_cmp);
            ratios[ratios.len() / 2]
        });
        println!(
            "loaded / quiet, medians of pairs: p95 {p95:.3}, p99 {p99:.3}, from due {from_due:.3}"
        );
        over.store(true, Ordering::Relaxed);
    });
}

/// Uploads at a steady beat while blocks are loaded, each module another one and of another tenant.
fn upload(host: &Host, module: &[u8], loaded: &AtomicBool, over: &AtomicBool, uploads: &AtomicU32) {
    let mut due = Instant::now();
    while !over.load(Ordering::Relaxed) {
        if loaded.load(Ordering::Relaxed) {
            let number = uploads.load(Ordering::Relaxed);
            host.upload(&host::another(module, number), &host.tenant(number));
            uploads.store(number + 1, Ordering::Relaxed);
        }
        due = (due + BETWEEN_UPLOADS).max(Instant::now());
        std::thread::sleep(due.saturating_duration_since(Instant::now()).min(BETWEEN_UPLOADS));
    }
}

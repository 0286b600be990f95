//! An update and a decision of deep Q-learning (128-128, batch 128, one thread), by hand and by libtorch, and
//! steps per second on CartPole. Libtorch's own graph and optimiser, measured in the same run, are the
//! yardstick: ratios travel between machines better than microseconds do.
#![expect(clippy::print_stdout, reason = "a bench reports to the terminal")]

use std::hint::black_box;
use std::time::Duration;

use learner::classic::{Drive, cart_pole};
use learner::dqn::{Gradients, Target};
use learner::{Agent, Dqn, DqnSettings, World};
use rustix::time::{ClockId, clock_gettime};
use tch::nn::{self, Module, OptimizerConfig};
use tch::{Device, Kind, Tensor};

const BATCH: i64 = 128;

/// The fastest of many samples, in microseconds: what others do on the machine only ever adds.
fn measure(name: &str, repeats: u32, mut work: impl FnMut()) -> f64 {
    let sample = |_| elapsed(|| (0..repeats).for_each(|_| work())).as_secs_f64();
    let fastest = (0..100).map(sample).fold(f64::INFINITY, f64::min) * 1e6 / f64::from(repeats);
    println!("{name:<44} {fastest:9.2} µs");
    fastest
}

/// The processor's time, not the clock's: all that is measured is one thread's work.
fn elapsed(work: impl FnOnce()) -> Duration {
    let now =
        || Duration::try_from(clock_gettime(ClockId::ProcessCPUTime)).expect("it is positive");
    let start = now();
    work();
    now() - start
}

fn agent(gradients: Gradients) -> Dqn {
    let settings = DqnSettings { gradients, ..DqnSettings::default() };
    let shape = cart_pole().shape().clone();
    let memory = Box::new(settings.memory(&shape).expect("the settings can be"));
    Dqn::new(settings, shape, 1, Device::Cpu, memory).expect("the defaults can be")
}

/// The same update as a program of libtorch's own parts would be.
fn libtorch() -> impl FnMut() {
    let build = |store: &nn::VarStore| {
        let root = store.root();
        nn::seq()
            .add(nn::linear(&root / "1", 4, 128, Default::default()))
            .add_fn(Tensor::relu)
            .add(nn::linear(&root / "2", 128, 128, Default::default()))
            .add_fn(Tensor::relu)
            .add(nn::linear(&root / "3", 128, 2, Default::default()))
    };
    let (store, mut target_store) =
        (nn::VarStore::new(Device::Cpu), nn::VarStore::new(Device::Cpu));
    let (network, target) = (build(&store), build(&target_store));
    target_store.copy(&store).expect("the same variables");
    let mut optimiser = nn::Adam::default().build(&store, 1e-4).expect("Adam can be built");
    let kind = (Kind::Float, Device::Cpu);
    let (before, after) = (Tensor::randn([BATCH, 4], kind), Tensor::randn([BATCH, 4], kind));
    let rewards = Tensor::ones([BATCH, 1], kind);
    let choices = Tensor::zeros([BATCH, 1], (Kind::Int64, Device::Cpu));
    let pairs: Vec<_> =
        store.trainable_variables().into_iter().zip(target_store.trainable_variables()).collect();
    move || {
        let targets = tch::no_grad(|| &rewards + target.forward(&after).amax([1], true) * 0.99);
        let chosen = network.forward(&before).gather(1, &choices, false);
        let loss = chosen.huber_loss(&targets, tch::Reduction::Mean, 1.0);
        optimiser.backward_step(&loss);
        tch::no_grad(|| {
            for (own, others) in &pairs {
                let _ = others.shallow_clone().lerp_(own, 0.005);
            }
        });
    }
}

fn steps_per_second(gradients: Gradients, settings: Option<DqnSettings>) -> f64 {
    let shape = cart_pole().shape().clone();
    let settings = settings.unwrap_or(DqnSettings { gradients, ..DqnSettings::default() });
    let memory = Box::new(settings.memory(&shape).expect("the settings can be"));
    let mut agent = Dqn::new(settings, shape, 1, Device::Cpu, memory).expect("the settings can be");
    let mut drive = Drive::new(vec![cart_pole()], 1);
    let mut turns = |count: u32| {
        (0..count).for_each(|_| drive.step(&mut agent).expect("CartPole's numbers are finite"));
    };
    turns(1_000);
    // Short stretches, so that some pass undisturbed on a machine that does other things too.
    let sample = |_| elapsed(|| turns(50)).as_secs_f64();
    50.0 / (0..100).map(sample).fold(f64::INFINITY, f64::min)
}

/// A product of two 128 × 128 matrices, most of an update's arithmetic.
fn products() {
    let kind = (Kind::Float, Device::Cpu);
    let (left, right) = (Tensor::randn([BATCH, BATCH], kind), Tensor::randn([BATCH, BATCH], kind));
    let result = Tensor::zeros([BATCH, BATCH], kind);
    let theirs = measure("product of 128 x 128, libtorch", 50, || {
        let _ = tch::no_grad(|| result.mm_out(&left, &right));
    });
    let size = BATCH as usize;
    let (left, right) = (vec![0.5_f32; size * size], vec![0.25_f32; size * size]);
    let mut result = vec![0.0_f32; size * size];
    let ours = measure("product of 128 x 128, gemm", 50, || {
        let (into, step) = (result.as_mut_ptr(), size as isize);
        let none = gemm::Parallelism::None;
        // SAFETY: the three matrices have 128 rows of 128 numbers each.
        #[expect(unsafe_code, reason = "gemm takes pointers and steps")]
        unsafe {
            let (left, right) = (left.as_ptr(), right.as_ptr());
            gemm::gemm(
                size, size, size, into, 1, step, false, left, 1, step, right, 1, step, 0.0, 1.0,
                false, false, false, none,
            );
        }
    });
    println!("a product of gemm takes {:.2} of libtorch's", ours / theirs);
}

fn main() {
    tch::set_num_threads(1);
    products();
    let mut by_hand = agent(Gradients::Auto);
    let mut by_graph = agent(Gradients::Autograd);
    for agent in [&mut by_hand, &mut by_graph] {
        let mut drive = Drive::new(vec![cart_pole()], 1);
        (0..500).for_each(|_| drive.step(agent).expect("CartPole's numbers are finite"));
    }
    let mut theirs = libtorch();
    (0..50).for_each(|_| theirs());
    let theirs = measure("update, libtorch's graph and optimiser", 5, theirs);
    let graph = measure("update, libtorch's graph, our optimiser", 5, || {
        by_graph.update().expect("finite")
    });
    let hand = measure("update, by hand", 10, || by_hand.update().expect("finite"));
    let (inputs, allowed, mut choices) = ([0.01, 0.02, 0.03, 0.04], [true; 2], Vec::new());
    let one = measure("decision of one row, libtorch", 200, || {
        by_graph.greedy(black_box(&inputs), &allowed, &mut choices);
    });
    let two = measure("decision of one row, by hand", 1_000, || {
        by_hand.greedy(black_box(&inputs), &allowed, &mut choices);
    });
    println!(
        "an update through the graph takes {:.2} of libtorch's, by hand {:.2}",
        graph / theirs,
        hand / theirs
    );
    println!("a decision by hand takes {:.2} of one through libtorch", two / one);
    let target = Target::Hard { every: 10_000 };
    let rare = DqnSettings { target, ..DqnSettings::default() };
    for (name, gradients, settings) in [
        ("through the graph", Gradients::Autograd, None),
        ("by hand", Gradients::Auto, None),
        ("by hand, target copied every 10,000", Gradients::Auto, Some(rare)),
    ] {
        let steps = steps_per_second(gradients, settings);
        println!("CartPole, one update a step, {name:<36} {steps:8.0} steps/s");
    }
}

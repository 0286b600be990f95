//! `regatta train`: trains an agent in the world of a race file, once for each seed.

mod card;
mod origin;
mod progress;
mod seed;

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;

use anyhow::anyhow;
use assembly::{Options, ProfileChoice, TrainingOptions, TrainingPlan};
use clap::Args;
use learner::DeviceChoice;

use crate::exit::{Exit, Failure};
use crate::module;
use crate::output::{Output, note};
use crate::race::{ClusterKind, interruption, unix_seconds};
use card::Card;
pub(crate) use origin::Origin;
use progress::Bars;
use seed::{Seed, Trained};

/// Trains an agent (DQN, PPO, REINFORCE) in the world of a race file, once for each seed.
///
/// Each seed has a folder of its own with checkpoints, curves (curves.csv and TensorBoard event files) and,
/// where the agent remembers, its replay; plots of all seeds lie beside. Seeds train in parallel, one thread
/// each. The same file and seed give the same weights on the same machine, interrupted and resumed or not.
#[derive(Debug, Args)]
#[command(after_long_help = HELP)]
pub(crate) struct Arguments {
    /// The training, in YAML.
    file: PathBuf,
    /// The folder of the trace that its race asks for; a fitted generator stands in without.
    #[arg(long, value_name = "DIR")]
    trace: Option<PathBuf>,
    /// How many seeds, instead of the file's.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    seeds: Option<u32>,
    /// How many steps, instead of the file's.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    steps: Option<u64>,
    /// Where to learn: auto, cpu or cuda:N.
    #[arg(long, value_name = "DEVICE", default_value = "auto")]
    device: DeviceChoice,
    /// Where everything goes; results/NAME if it is left out.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Go on from the last checkpoints.
    #[arg(long)]
    resume: bool,
    /// What to train on. Processes are real, and so is time: one seed after the other.
    #[arg(long, value_enum, default_value_t = ClusterKind::Simulator)]
    cluster: ClusterKind,
    /// What `regatta calibrate` measured, instead of the profile that the race file names.
    #[arg(long, value_name = "FILE")]
    profile: Option<PathBuf>,
    /// Seeds at a time; one a core if it is left out.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// Print the results as one JSON document.
    #[arg(long)]
    json: bool,
}

const HELP: &str = "\
Ctrl-C writes a checkpoint of every running seed and stops; --resume goes on from there as if nothing had been.

Examples:
  regatta train examples/train/mp3-dqn.yaml
  regatta train examples/train/mp3-ppo.yaml --seeds 1 --steps 20000 --out /tmp/try
  regatta evaluate results/mp3-dqn/seed-1
  regatta export results/mp3-dqn/seed-1 -o mp3-dqn.wasm";

pub(crate) fn run(arguments: &Arguments, output: Output) -> Result<(), Failure> {
    let experiment = Options {
        trace: arguments.trace.clone(),
        seeds: None,
        cluster: arguments.cluster.into(),
        profile: arguments.profile.clone().map_or_else(Default::default, ProfileChoice::Named),
        duration_seconds: None,
    };
    let options = TrainingOptions { experiment, seeds: arguments.seeds, steps: arguments.steps };
    let plan = TrainingPlan::read(&arguments.file, &options)?;
    let device = arguments.device.device().map_err(Failure::input)?;
    let modules = module::all()?;
    let rule = plan.rule(&modules)?;
    let mut scene = plan.scene(&modules)?;
    if let Some(rule) = &rule {
        // It may look at more than an agent does.
        let example = (rule.make)(0).map_err(|error| Failure::input(anyhow!("{error}")))?;
        scene = scene.with_details(example.needs().details);
    }
    let out = arguments.out.clone().unwrap_or_else(|| Path::new("results").join(plan.name()));
    for &seed in &plan.seeds {
        refuse_overwriting(&seed::folder(&out, seed), arguments.resume)?;
    }
    let (trace, profile) = (arguments.trace.as_deref(), arguments.profile.as_deref());
    let origin = Origin::new(&arguments.file, trace, profile)?;
    note(format_args!("arrivals come from {}", plan.source()));
    // Parallel over seeds, one thread each: two threads make a small network slower.
    learner::use_one_thread();
    let bars = Bars::new(&plan.seeds, plan.settings.steps + plan.settings.greedy_steps);
    let interrupted = interruption::watched();
    let common = Seed {
        plan: &plan,
        scene: &scene,
        rule: rule.as_ref(),
        origin: &origin,
        device,
        out: &out,
        resume: arguments.resume,
        clock: &unix_seconds,
        interrupted,
    };
    let trained = all(&common, arguments.threads, &bars);
    bars.finish();
    let trained: Vec<(u64, Result<Trained, Failure>)> =
        plan.seeds.iter().copied().zip(trained).collect();
    finish(&plan, &out, trained, output, arguments.json)
}

/// Trains all seeds, some at a time. Not by rayon: its workers, while they wait for the threads of their own
/// worlds, would begin other seeds.
fn all(common: &Seed<'_>, threads: Option<u16>, bars: &Bars) -> Vec<Result<Trained, Failure>> {
    let seeds = &common.plan.seeds;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let at_a_time = match threads {
        Some(threads) => threads.into(),
        None if common.plan.is_simulated() => cores,
        None => 1,
    };
    let next = AtomicUsize::new(0);
    let results: Mutex<Vec<Option<Result<Trained, Failure>>>> =
        Mutex::new(seeds.iter().map(|_| None).collect());
    std::thread::scope(|scope| {
        for _ in 0..at_a_time.min(seeds.len()) {
            scope.spawn(|| {
                loop {
                    let place = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    let Some(&seed) = seeds.get(place) else { break };
                    let trained = common.train(seed, &mut |told| bars.tell(place, &told));
                    let mut results =
                        results.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                    results[place] = Some(trained);
                }
            });
        }
    });
    let results = results.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    let broken = || Err(Failure::new(Exit::Other, anyhow!("the training's thread broke off")));
    results.into_iter().map(|result| result.unwrap_or_else(broken)).collect()
}

fn finish(
    plan: &TrainingPlan,
    out: &Path,
    trained: Vec<(u64, Result<Trained, Failure>)>,
    output: Output,
    json: bool,
) -> Result<(), Failure> {
    let mut failures = Vec::new();
    let mut seeds = Vec::new();
    for (seed, trained) in trained {
        match trained {
            Ok(trained) => seeds.push((seed, trained)),
            Err(failure) => failures.push((seed, failure)),
        }
    }
    let interrupted = seeds.iter().any(|(_, trained)| trained.end.interrupted);
    let curves: Vec<(String, &learner::Curves)> =
        seeds.iter().map(|(seed, trained)| (format!("seed {seed}"), &trained.curves)).collect();
    let labelled: Vec<(&str, &learner::Curves)> =
        curves.iter().map(|(label, curves)| (label.as_str(), *curves)).collect();
    let mut plots = learner::plot_training(&labelled, out).map_err(Failure::io)?;
    for (seed, _) in &seeds {
        plots.extend(learner::plot_watched(&seed::folder(out, *seed)).map_err(Failure::io)?);
    }
    output.card(&Card::new(plan, out, &seeds, &plots), json)?;
    for (seed, failure) in &failures {
        note(format_args!("seed {seed}: {}", failure.said()));
    }
    match failures.into_iter().next() {
        Some((seed, failure)) => Err(failure.at(format_args!("seed {seed}"))),
        None if interrupted => Err(Failure::new(
            Exit::Interrupted,
            anyhow!("interrupted; checkpoints are in {}, and --resume goes on", out.display()),
        )),
        None => Ok(()),
    }
}

/// What was trained before is neither mixed with something else nor overwritten.
fn refuse_overwriting(folder: &Path, resume: bool) -> Result<(), Failure> {
    let there = folder.join("checkpoints").is_dir();
    if there && !resume {
        return Err(Failure::input(anyhow!(
            "{} holds a training already: go on with it by --resume, or name another folder by --out",
            folder.display()
        )));
    }
    Ok(())
}

//! Trainings on CartPole, interrupted and not.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use super::*;
use crate::classic::cart_pole;
use crate::{
    Algorithm, CheckpointError, CheckpointFolder, CurveFiles, DqnSettings, Memory, MemorySettings,
    PpoSettings, Provenance, ReinforceSettings, RunConditions, RunEnd, RunFolder, StoredMemory,
    Told, run,
};

const STEPS: u64 = 600;

fn algorithms() -> Vec<Algorithm> {
    vec![
        Algorithm::Dqn(DqnSettings {
            hidden: vec![16],
            batch: 16,
            buffer: 200,
            n_step: 2,
            normalise: Some(5.0),
            prioritised: Some(crate::dqn::Prioritised::default()),
            ..DqnSettings::default()
        }),
        Algorithm::Ppo(PpoSettings {
            hidden: vec![16, 16],
            turns: 37,
            minibatch: 20,
            normalise_clip: Some(5.0),
            ..PpoSettings::default()
        }),
        Algorithm::Reinforce(ReinforceSettings::default()),
    ]
}

fn training(algorithm: &Algorithm, seed: u64, folder: &Path) -> Training {
    let worlds: Vec<Box<dyn World>> = (0..2).map(|_| Box::new(cart_pole()) as _).collect();
    let shape = worlds[0].shape().clone();
    let memory = |settings: &DqnSettings| {
        let provenance = Provenance {
            policy: "p".into(),
            policy_version: String::new(),
            reward: "reward".into(),
            reward_version: String::new(),
            driver: "classic".into(),
            seed: 0,
        };
        let settings = MemorySettings {
            capacity: settings.buffer,
            n_step: settings.n_step as u32,
            gamma: settings.gamma,
            prioritised: settings.prioritised.map(crate::dqn::Prioritised::kept),
            log: Some(folder.join("replay")),
            keep: 3,
            provenance,
            features: ["x", "v", "angle", "spin"].map(str::to_owned).to_vec(),
            features_version: String::new(),
        };
        Ok(Box::new(StoredMemory::open(settings, &shape)?) as Box<dyn Memory>)
    };
    let agent = algorithm.agent(&shape, seed, tch::Device::Cpu, memory).unwrap();
    let settings = TrainingSettings {
        steps: STEPS,
        greedy_steps: 0,
        watch: false,
        worlds: 2,
        threads: 1,
        evaluate_every: 250,
        evaluation_episodes: 2,
        patience: None,
        enough: None,
    };
    let books = Books::new(settings, algorithm.clone(), None, BTreeMap::new(), seed);
    Training { books, agent, worlds, is_simulated: true }
}

/// Goes on until all is done or `stop` says so; the clock stands still, so that curves are the same.
fn go_on(
    trainer: &mut Trainer,
    folder: &Path,
    resumed_at: Option<u64>,
    stop: impl Fn(u64) -> bool,
) -> RunEnd {
    let interrupted = AtomicBool::new(false);
    let mut tell = |told: Told<'_>| {
        if let Told::Step { step, .. } = told
            && stop(step)
        {
            interrupted.store(true, std::sync::atomic::Ordering::Relaxed);
        }
    };
    let mut folder = RunFolder {
        checkpoints: CheckpointFolder::open(folder.join("checkpoints"), 2).unwrap(),
        checkpoint_every: 200,
        curves: CurveFiles::open(folder, resumed_at).unwrap(),
    };
    let clock = || 0.0;
    let mut conditions =
        RunConditions { clock: &clock, tell: &mut tell, interrupted: &interrupted };
    run(trainer, &mut cart_pole(), &mut folder, &mut conditions).unwrap()
}

/// The last checkpoint's bytes and the curves' file.
fn left(folder: &Path) -> (Vec<u8>, String) {
    let all = CheckpointFolder::open(folder.join("checkpoints"), 2).unwrap().all().unwrap();
    let checkpoint = std::fs::read(&all.last().unwrap().1).unwrap();
    (checkpoint, std::fs::read_to_string(folder.join("curves.csv")).unwrap())
}

#[test]
fn an_interrupted_training_that_goes_on_is_the_uninterrupted_one_to_the_bit() {
    for algorithm in algorithms() {
        let whole = tempfile::tempdir().unwrap();
        let mut trainer = Trainer::new(training(&algorithm, 5, whole.path())).unwrap();
        let end = go_on(&mut trainer, whole.path(), None, |_| false);
        assert!(!end.interrupted && end.step >= STEPS);

        let parts = tempfile::tempdir().unwrap();
        let mut trainer = Trainer::new(training(&algorithm, 5, parts.path())).unwrap();
        let end = go_on(&mut trainer, parts.path(), None, |step| step >= 270);
        assert!(end.interrupted && end.step < STEPS, "{end:?}");
        // What is done after the checkpoint is done again.
        (0..20).for_each(|_| drop(trainer.step().unwrap()));
        drop(trainer);
        let folder = CheckpointFolder::open(parts.path().join("checkpoints"), 2).unwrap();
        let (checkpoint, complaints) = folder.newest().unwrap();
        assert!(complaints.is_empty());
        let mut trainer =
            Trainer::resume(training(&algorithm, 5, parts.path()), &checkpoint).unwrap();
        go_on(&mut trainer, parts.path(), Some(checkpoint.training.steps()), |_| false);
        let name = algorithm.name();
        let ((one, curves), (other, others)) = (left(whole.path()), left(parts.path()));
        assert!(curves == others, "{name}: the curves differ");
        assert!(one == other, "{name}: the checkpoints differ");
    }
}

#[test]
fn the_same_seed_trains_the_same_and_another_does_not() {
    let algorithm = &algorithms()[1];
    let trained = |seed| {
        let folder = tempfile::tempdir().unwrap();
        let mut trainer = Trainer::new(training(algorithm, seed, folder.path())).unwrap();
        (0..100).for_each(|_| drop(trainer.step().unwrap()));
        trainer.agent().state()
    };
    assert_eq!(trained(1), trained(1));
    assert_ne!(trained(1), trained(2));
}

#[test]
fn a_checkpoint_of_something_else_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let [dqn, ppo, _] = &algorithms()[..] else { panic!("there are three") };
    let mut trainer = Trainer::new(training(dqn, 5, folder.path())).unwrap();
    let checkpoint = trainer.checkpoint().unwrap();
    drop(trainer);
    let check = |training: Training, named: &str| {
        let said = Trainer::resume(training, &checkpoint).err().unwrap().to_string();
        assert!(said.contains(named), "{said}");
    };
    check(training(ppo, 5, folder.path()), "begin in another folder");
    check(training(dqn, 6, folder.path()), "seed 5");
}

#[test]
fn the_last_checkpoints_are_kept_and_a_damaged_one_is_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let mut trainer = Trainer::new(training(&algorithms()[1], 5, folder.path())).unwrap();
    go_on(&mut trainer, folder.path(), None, |_| false);
    let folder = CheckpointFolder::open(folder.path().join("checkpoints"), 2).unwrap();
    let all = folder.all().unwrap();
    assert_eq!(all.iter().map(|(step, _)| *step).collect::<Vec<_>>(), [400, 600]);
    std::fs::write(&all[1].1, b"REGATTA-CHECK").unwrap();
    let (checkpoint, complaints) = folder.newest().unwrap();
    assert_eq!(checkpoint.training.step, 400);
    assert!(matches!(complaints[..], [CheckpointError::Truncated { .. }]), "{complaints:?}");
    std::fs::remove_file(&all[0].1).unwrap();
    std::fs::remove_file(&all[1].1).unwrap();
    assert!(matches!(folder.newest(), Err(CheckpointError::None { .. })));
}

#[test]
fn a_training_stops_when_it_is_enough_or_goes_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let run = |change: fn(&mut TrainingSettings)| {
        let mut training = training(&algorithms()[1], 5, folder.path());
        change(&mut training.books.settings);
        let mut trainer = Trainer::new(training).unwrap();
        let looked = Cell::new(0);
        while !trainer.books().is_over() {
            trainer.step().unwrap();
            if trainer.books().steps().is_multiple_of(50) {
                trainer.evaluate(&mut cart_pole()).unwrap();
                looked.set(looked.get() + 1);
            }
        }
        (trainer.books().steps(), looked.get())
    };
    assert_eq!(run(|_| ()), (STEPS, 12));
    // A reward of 1 a step is reached at once, and never surpassed.
    assert_eq!(run(|settings| settings.enough = Some(1.0)), (50, 1));
    assert_eq!(run(|settings| settings.patience = Some(3)), (200, 4));
}

#[test]
fn greedy_steps_come_after_the_training_teach_nothing_and_are_told_one_by_one() {
    let algorithm = &algorithms()[0];
    let (plain, watched) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut trainer = Trainer::new(training(algorithm, 5, plain.path())).unwrap();
    go_on(&mut trainer, plain.path(), None, |_| false);
    let learned = trainer.agent().state();
    let mut longer = training(algorithm, 5, watched.path());
    longer.books.settings.greedy_steps = 40;
    longer.books.settings.watch = true;
    let mut trainer = Trainer::new(longer).unwrap();
    let end = go_on(&mut trainer, watched.path(), None, |_| false);
    assert_eq!(end.step, STEPS + 40);
    assert!(trainer.agent().state() == learned, "what was learned is what is learned without them");
    let curves = std::fs::read_to_string(watched.path().join("curves.csv")).unwrap();
    // Two worlds: a step of both is two rows.
    let told = curves.lines().filter(|line| line.contains("step/reward"));
    assert_eq!(told.count() as u64, (STEPS + 40) / 2);
    let drawn = crate::plot_watched(watched.path()).unwrap();
    assert_eq!(drawn, [watched.path().join("reward_by_step.svg")]);
    assert!(std::fs::read_to_string(&drawn[0]).unwrap().contains("chance of a random choice"));
    assert!(crate::plot_watched(plain.path()).unwrap().is_empty());
}

use std::fs;
use std::path::Path;

use super::super::*;
use super::scene::both;
use crate::classic::{CartPole, Classic, Drive, cart_pole, greedy_returns};
use crate::{MemorySettings, Provenance, StoredMemory, World};

/// A memory with a log.
fn memory(settings: &DqnSettings, shape: &Shape, folder: &Path) -> StoredMemory {
    let provenance = Provenance {
        policy: "dqn".into(),
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
        prioritised: settings.prioritised.map(Prioritised::kept),
        log: Some(folder.to_owned()),
        keep: 2,
        provenance,
        features: ["x", "v", "angle", "spin"].map(str::to_owned).to_vec(),
        features_version: String::new(),
    };
    StoredMemory::open(settings, shape).unwrap()
}

fn start(settings: &DqnSettings, seed: u64, folder: &Path) -> (Dqn, Drive<Classic<CartPole>>) {
    let shape = cart_pole().shape().clone();
    let memory = Box::new(memory(settings, &shape, folder));
    let agent = Dqn::new(settings.clone(), shape, seed, Device::Cpu, memory).unwrap();
    (agent, Drive::new(vec![cart_pole(), cart_pole()], seed))
}

fn variations() -> Vec<DqnSettings> {
    let all = both().map(|gradients| {
        let plain = DqnSettings { batch: 32, gradients, ..DqnSettings::default() };
        let varied = DqnSettings {
            double: true,
            duelling: true,
            n_step: 3,
            target: Target::Hard { every: 70 },
            gradient_clip: Some(0.5),
            normalise: Some(5.0),
            buffer: 150,
            prioritised: Some(Prioritised::default()),
            ..plain.clone()
        };
        [plain, varied]
    });
    all.into_iter().flatten().collect()
}

#[test]
fn the_same_seed_gives_the_same_weights() {
    for settings in variations() {
        let run = |seed| {
            let folder = tempfile::tempdir().unwrap();
            let (mut agent, mut drive) = start(&settings, seed, folder.path());
            (0..300).for_each(|_| drive.step(&mut agent).unwrap());
            (agent.network.weights(), drive.returns)
        };
        let (first, again, other) = (run(1), run(1), run(2));
        assert_eq!(first, again);
        assert_ne!(first.0, other.0);
    }
}

#[test]
fn a_resumed_run_is_the_uninterrupted_one_bit_for_bit() {
    for settings in variations() {
        let (folder, copy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (mut agent, mut drive) = start(&settings, 4, folder.path());
        (0..130).for_each(|_| drive.step(&mut agent).unwrap());
        let written = serde_json::to_string(&agent.state()).unwrap();
        let remembered = agent.memory_state().unwrap().unwrap();
        let mut later = drive.clone();
        // What comes after the checkpoint is in the log too, and has to be forgotten again.
        (0..60).for_each(|_| drive.step(&mut agent).unwrap());
        agent.memory_state().unwrap();
        for file in fs::read_dir(folder.path()).unwrap() {
            let file = file.unwrap();
            fs::copy(file.path(), copy.path().join(file.file_name())).unwrap();
        }
        (0..60).for_each(|_| drive.step(&mut agent).unwrap());

        let (mut resumed, _) = start(&settings, 99, copy.path());
        resumed.restore(&serde_json::from_str(&written).unwrap()).unwrap();
        resumed.restore_memory(&remembered).unwrap();
        (0..120).for_each(|_| later.step(&mut resumed).unwrap());
        assert_eq!(resumed.state(), agent.state());
        assert_eq!(later.returns, drive.returns);
        let mut world = cart_pole();
        let returns =
            |agent: &Dqn, world: &mut Classic<CartPole>| greedy_returns(world, agent, 0..3);
        assert_eq!(returns(&resumed, &mut world), returns(&agent, &mut world));
    }
}

use std::sync::{Arc, Mutex};

use super::super::*;
use super::scene::{Shared, both};
use crate::World;
use crate::classic::{CartPole, Drive, evaluate};

fn start(settings: &DqnSettings, seed: u64) -> (Dqn, Shared, Drive<CartPole>) {
    let shape = CartPole::default().shape().clone();
    let memory = Shared(Arc::new(Mutex::new(settings.ring(&shape))));
    let boxed = Box::new(memory.clone());
    let agent = Dqn::new(settings.clone(), shape, seed, Device::Cpu, boxed).unwrap();
    (agent, memory, Drive::new(vec![CartPole::default(), CartPole::default()], seed))
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
            let (mut agent, _, mut drive) = start(&settings, seed);
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
        let (mut agent, memory, mut drive) = start(&settings, 4);
        (0..130).for_each(|_| drive.step(&mut agent).unwrap());
        let written = serde_json::to_string(&agent.state()).unwrap();
        let remembered = memory.0.lock().unwrap().clone();
        let mut later = drive.clone();
        (0..120).for_each(|_| drive.step(&mut agent).unwrap());

        let (mut resumed, memory, _) = start(&settings, 99);
        *memory.0.lock().unwrap() = remembered;
        resumed.restore(&serde_json::from_str(&written).unwrap()).unwrap();
        (0..120).for_each(|_| later.step(&mut resumed).unwrap());
        assert_eq!(resumed.state(), agent.state());
        assert_eq!(later.returns, drive.returns);
        let mut world = CartPole::default();
        let returns = |agent: &Dqn, world: &mut CartPole| evaluate(agent, world, 3, 1);
        assert_eq!(returns(&resumed, &mut world), returns(&agent, &mut world));
    }
}

//! One update beside PyTorch's, computed by `tests/proof/golden.py` in double precision.

use serde::Deserialize;
use tch::Tensor;

use super::super::*;
use super::scene::{Fixed, both, shape};
use crate::raw::floats;

#[derive(Deserialize)]
struct Case {
    name: String,
    heads: Vec<usize>,
    double: bool,
    duelling: bool,
    mse: bool,
    clip: Option<f64>,
    tau: f64,
    learning_rate: f64,
    hidden: Vec<usize>,
    network: Vec<f32>,
    target_network: Vec<f32>,
    before: Vec<f32>,
    after: Vec<f32>,
    choices: Vec<u16>,
    rewards: Vec<f32>,
    discounts: Vec<f32>,
    allowed_after: Vec<bool>,
    weights: Vec<f32>,
    /// What the same batch comes to twice in a row.
    updates: Vec<Wanted>,
}

#[derive(Deserialize)]
struct Wanted {
    loss: f64,
    value: f64,
    errors: Vec<f32>,
    gradient_norm: f64,
    gradients: Vec<f32>,
    network: Vec<f32>,
    target_network: Vec<f32>,
}

fn cases() -> Vec<Case> {
    serde_json::from_str(include_str!("../golden.json")).unwrap()
}

fn agent(case: &Case, gradients: Gradients) -> (Dqn, Fixed) {
    let rows = case.rewards.len();
    let settings = DqnSettings {
        hidden: case.hidden.clone(),
        learning_rate: case.learning_rate,
        loss: if case.mse { Loss::Mse } else { Loss::Huber },
        target: Target::Soft { tau: case.tau },
        batch: rows,
        double: case.double,
        duelling: case.duelling,
        prioritised: Some(Prioritised::default()),
        gradient_clip: case.clip,
        gradients,
        ..DqnSettings::default()
    };
    let mut batch = Batch::new();
    batch.before = case.before.clone();
    batch.choices = case.choices.iter().map(|&choice| choice.into()).collect();
    batch.reward = case.rewards.clone();
    batch.discount = case.discounts.clone();
    batch.after = case.after.clone();
    batch.allowed_after = case.allowed_after.clone();
    batch.weights = case.weights.clone();
    let memory = Fixed { batch, is_prioritised: true, ..Fixed::default() };
    let (shape, boxed) = (shape(case.before.len() / rows, &case.heads), Box::new(memory.clone()));
    let mut agent = Dqn::new(settings, shape, 0, Device::Cpu, boxed).unwrap();
    let sizes = agent.network.shape().clone();
    agent.network = Mlp::from_weights(sizes.clone(), &case.network, Device::Cpu);
    agent.target_network = Mlp::from_weights(sizes, &case.target_network, Device::Cpu);
    (agent, memory)
}

fn near(ours: &[f32], theirs: &[f32], bound: f32, what: &str) {
    assert_eq!(ours.len(), theirs.len(), "{what}");
    for (place, (our, their)) in ours.iter().zip(theirs).enumerate() {
        let off = (our - their).abs();
        assert!(off <= bound * (1.0 + their.abs()), "{what}, {place}: {our}, PyTorch's {their}");
    }
}

#[test]
fn updates_are_pytorchs() {
    for (case, one) in cases().iter().flat_map(|case| both().map(|one| (case, one))) {
        let (mut agent, memory) = agent(case, one);
        for (number, wanted) in case.updates.iter().enumerate() {
            let what = |what| format!("{} ({one:?}), update {number}: {what}", case.name);
            agent.update().unwrap();
            let told = memory.told.lock().unwrap();
            near(&told.errors, &wanted.errors, 1e-5, &what("errors"));
            let tally = std::mem::take(&mut agent.tally);
            for (ours, theirs, name) in [
                (tally.loss, wanted.loss, "loss"),
                (tally.value, wanted.value, "value"),
                (tally.gradient_norm, wanted.gradient_norm, "norm of gradients"),
            ] {
                near(&[ours as f32], &[theirs as f32], 1e-5, &what(name));
            }
            let gradients = flat(agent.room.get_mut().passes.last_gradients());
            near(&gradients, &wanted.gradients, 1e-5, &what("gradients"));
            near(&agent.network.weights(), &wanted.network, 2e-5, &what("weights"));
            let targets = agent.target_network.weights();
            near(&targets, &wanted.target_network, 2e-5, &what("target weights"));
        }
        // From 0.4 to 1 in 100,000 updates.
        let betas: Vec<f32> = memory.told.lock().unwrap().betas.iter().map(|&b| b as f32).collect();
        near(&betas, &[0.4, 0.400_006], 1e-7, &case.name);
    }
}

fn flat(gradients: &[Tensor]) -> Vec<f32> {
    gradients.iter().flat_map(|one| floats(&one.contiguous()).to_vec()).collect()
}

#[test]
fn a_duelling_network_folds_into_one_that_gives_the_same_values() {
    for case in cases().iter().filter(|case| case.duelling) {
        let (agent, _) = agent(case, Gradients::Auto);
        agent.evaluate(&case.before, 6, &mut agent.room.borrow_mut());
        let rows = Tensor::from_slice(&case.before).view([6, -1]);
        let folded = agent.policy_network();
        assert_eq!(folded.shape().outputs, case.heads.iter().sum::<usize>());
        let given = folded.forward(&rows).detach().contiguous();
        near(floats(&given), &agent.room.borrow().values, 1e-6, &case.name);
    }
}

use tch::no_grad;

use super::*;
use crate::{Chance, Initialisation, Purpose};

fn check(activation: Activation, hidden: &[usize], rows: usize) {
    let shape = MlpShape { inputs: 7, hidden: hidden.to_vec(), outputs: 5, activation };
    let mut chance = Chance::new(11, Purpose::Initialisation);
    let network = Mlp::new(shape.clone(), Initialisation::Uniform, &mut chance, Device::Cpu);
    let mut draws =
        |count: usize| -> Vec<f32> { (0..count).map(|_| chance.normal() as f32).collect() };
    let (inputs, blame) = (draws(rows * 7), draws(rows * 5));
    let mut hand = ByHand::new(&shape);
    // Larger first: room that is left over must not be seen.
    hand.forward(&network, &[inputs.clone(), inputs.clone()].concat(), 2 * rows);

    let tensor = |numbers: &[f32], width: i64| Tensor::from_slice(numbers).view([-1, width]);
    let outputs = network.forward(&tensor(&inputs, 7));
    let loss = (&outputs * tensor(&blame, 5)).sum(tch::Kind::Float);
    let wanted = Tensor::run_backward(&[loss], network.parameters(), false, false);
    let near = |ours: &[f32], theirs: &Tensor, what: &str| {
        let theirs = floats(&theirs.detach().contiguous()).to_vec();
        assert_eq!(ours.len(), theirs.len(), "{what}");
        for (our, their) in ours.iter().zip(&theirs) {
            assert!((our - their).abs() < 1e-5 * (1.0 + their.abs()), "{what}: {our} {their}");
        }
    };
    near(hand.forward(&network, &inputs, rows), &no_grad(|| outputs.contiguous()), "outputs");
    hand.backward(&network, &inputs, rows, &blame);
    for (place, (ours, theirs)) in hand.gradients().iter().zip(&wanted).enumerate() {
        near(floats(ours), theirs, &format!("parameter {place}"));
    }
}

#[test]
fn outputs_and_gradients_are_those_of_libtorch() {
    for activation in [Activation::Relu, Activation::Tanh] {
        for hidden in [&[][..], &[16], &[33, 17], &[128, 128], &[8, 8, 8]] {
            for rows in [1, 3, 128] {
                check(activation, hidden, rows);
            }
        }
    }
}

#[test]
fn what_is_not_a_number_is_not_hidden() {
    let shape = MlpShape { inputs: 2, hidden: vec![3], outputs: 1, activation: Activation::Relu };
    let weights = vec![f32::NAN; shape.parameters()];
    let network = Mlp::from_weights(shape.clone(), &weights, Device::Cpu);
    assert!(ByHand::new(&shape).forward(&network, &[1.0, 2.0], 1)[0].is_nan());
}

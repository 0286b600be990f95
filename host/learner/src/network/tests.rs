use super::*;
use crate::Purpose;

fn shape() -> MlpShape {
    MlpShape { inputs: 5, hidden: vec![8, 6], outputs: 3, activation: Activation::Relu }
}

fn network(initialisation: Initialisation, seed: u64) -> Mlp {
    let mut chance = Chance::new(seed, Purpose::Initialisation);
    Mlp::new(shape(), initialisation, &mut chance, Device::Cpu)
}

#[test]
fn orthogonal_weights_are_orthogonal_at_their_gain() {
    let gains = Initialisation::Orthogonal { hidden: 2.0_f64.sqrt(), output: 0.01 };
    let network = network(gains, 1);
    for (layer, gain) in [(0, 2.0_f64.sqrt()), (1, 2.0_f64.sqrt()), (2, 0.01)] {
        let weight = network.parameters()[2 * layer].detach();
        let (rows, columns) = weight.size2().unwrap();
        let short = if rows <= columns { weight } else { weight.tr() };
        let product = short.matmul(&short.tr());
        let identity = Tensor::eye(rows.min(columns), (Kind::Float, Device::Cpu)) * (gain * gain);
        let off = (product - identity).abs().max().double_value(&[]);
        assert!(off < 1e-6, "layer {layer} is off by {off}");
        assert_eq!(network.parameters()[2 * layer + 1].abs().max().double_value(&[]), 0.0);
    }
}

#[test]
fn uniform_weights_fill_their_bounds() {
    let network = network(Initialisation::Uniform, 2);
    for (layer, &(inputs, _)) in shape().layers().iter().enumerate() {
        let bound = 1.0 / (inputs as f64).sqrt();
        let largest = |place: usize| network.parameters()[place].abs().max().double_value(&[]);
        let (weight, bias) = (largest(2 * layer), largest(2 * layer + 1));
        assert!(weight <= bound && weight > 0.8 * bound, "weight {weight} of {bound}");
        assert!(bias <= bound && bias > 0.0, "bias {bias} of {bound}");
    }
}

#[test]
fn the_same_seed_gives_the_same_weights() {
    let weights = |seed| network(Initialisation::Uniform, seed).weights();
    assert_eq!(weights(3), weights(3));
    assert_ne!(weights(3), weights(4));
}

#[test]
fn weights_lead_back_to_the_same_network() {
    let network = network(Initialisation::Uniform, 5);
    let copy = network.copy();
    let inputs = Tensor::from_slice(&[0.1_f32, -0.2, 0.3, 0.4, -0.5]).view([1, 5]);
    let outputs = |network: &Mlp| floats(&network.forward(&inputs).detach()).to_vec();
    assert_eq!(outputs(&network), outputs(&copy));
}

#[test]
fn blending_moves_by_tau_and_copies_at_one() {
    let (source, mut target) =
        (network(Initialisation::Uniform, 6), network(Initialisation::Uniform, 7));
    let (from, before) = (source.weights(), target.weights());
    target.blend(&source, 0.25);
    for ((after, from), before) in target.weights().iter().zip(&from).zip(&before) {
        assert!((after - (0.25 * from + 0.75 * before)).abs() < 1e-7);
    }
    target.blend(&source, 1.0);
    assert_eq!(target.weights(), from);
}

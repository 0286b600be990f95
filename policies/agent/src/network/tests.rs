use super::*;

fn layer(inputs: usize, outputs: usize, activation: Activation) -> Dense {
    // Any numbers with both signs and no pattern in powers of two.
    let number = |place: usize| ((place * 37 % 101) as f32 - 50.0) / 73.0;
    Dense {
        weights: (0..inputs * outputs).map(number).collect(),
        bias: (0..outputs).map(|output| number(output * 7 + 3)).collect(),
        activation,
    }
}

/// As the definition has it, in double precision.
fn by_definition(layers: &[Dense], inputs: &[f32]) -> Vec<f64> {
    let mut values: Vec<f64> = inputs.iter().map(|&input| input.into()).collect();
    for layer in layers {
        let rows = layer.weights.chunks_exact(values.len()).zip(&layer.bias);
        let outputs = rows.map(|(weights, &bias)| {
            let sum: f64 = weights.iter().zip(&values).map(|(&w, x)| f64::from(w) * x).sum();
            let sum = sum + f64::from(bias);
            match layer.activation {
                Activation::Linear => sum,
                Activation::Relu => sum.max(0.0),
                Activation::Tanh => sum.tanh(),
            }
        });
        values = outputs.collect();
    }
    values
}

#[test]
fn outputs_are_those_of_the_definition_for_any_sizes() {
    for (inputs, hidden, outputs) in [(1, 1, 1), (5, 128, 3), (18, 33, 27), (3, 64, 70)] {
        for activation in [Activation::Relu, Activation::Tanh, Activation::Linear] {
            let layers =
                [layer(inputs, hidden, activation), layer(hidden, outputs, Activation::Linear)];
            let network = Network::new(inputs, &layers).unwrap();
            assert_eq!((network.inputs(), network.outputs()), (inputs, outputs));
            let seen: Vec<f32> = (0..inputs).map(|place| place as f32 / 3.0 - 1.0).collect();
            let mut scratch = Scratch::default();
            let found = network.evaluate(&seen, &mut scratch).to_vec();
            let expected = by_definition(&layers, &seen);
            assert_eq!(found.len(), expected.len());
            for (found, expected) in found.iter().zip(&expected) {
                let error = (f64::from(*found) - expected).abs();
                assert!(error < 1e-5 * expected.abs().max(1.0), "{found} for {expected}");
            }
            assert_eq!(network.evaluate(&seen, &mut scratch), found, "the room may be used again");
        }
    }
}

#[test]
fn layers_come_back_as_they_were_given() {
    let layers = [layer(5, 33, Activation::Tanh), layer(33, 3, Activation::Linear)];
    let network = Network::new(5, &layers).unwrap();
    assert_eq!(network.layers().collect::<Vec<_>>(), layers);
}

#[test]
fn layers_that_do_not_fit_or_went_wrong_are_named() {
    let hidden = layer(5, 8, Activation::Relu);
    let error = |layers: &[Dense]| Network::new(5, layers).unwrap_err();
    assert_eq!(error(&[]), NetworkError::Empty);
    let other = error(&[hidden.clone(), layer(9, 3, Activation::Linear)]);
    assert_eq!(other, NetworkError::Shape { layer: 1, weights: 27, inputs: 8, outputs: 3 });
    assert!(other.to_string().ends_with("need 24"), "{other}");
    for wrong in [f32::NAN, f32::INFINITY] {
        let mut last = layer(8, 3, Activation::Linear);
        last.bias[1] = wrong;
        assert_eq!(error(&[hidden.clone(), last]), NetworkError::NotFinite { layer: 1 });
        let mut first = hidden.clone();
        first.weights[39] = wrong;
        assert_eq!(error(&[first]), NetworkError::NotFinite { layer: 0 });
    }
}

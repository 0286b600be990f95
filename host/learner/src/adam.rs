//! Adam (Kingma and Ba 2015, algorithm 1), in one pass over each parameter on the CPU: the optimiser of
//! libtorch takes twenty times as long for small networks.

use serde::{Deserialize, Serialize};
use tch::{Device, Tensor, no_grad_guard};

use crate::raw::{floats, floats_mut};
use crate::wide::wide;

/// Settings and moments.
#[derive(Debug)]
pub struct Adam {
    learning_rate: f64,
    beta1: f64,
    beta2: f64,
    epsilon: f64,
    step: u64,
    /// First and second moment of each parameter.
    moments: Vec<(Tensor, Tensor)>,
}

/// The optimiser at rest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdamState {
    /// The present learning rate.
    pub learning_rate: f64,
    /// Steps so far.
    pub step: u64,
    /// First moments of all parameters in turn.
    pub first: Vec<f32>,
    /// Second moments of all parameters in turn.
    pub second: Vec<f32>,
}

impl Adam {
    /// An optimiser of these parameters, with β₁ = 0.9 and β₂ = 0.999.
    pub fn new(parameters: &[Tensor], learning_rate: f64, epsilon: f64) -> Self {
        let zeros = |parameter: &Tensor| parameter.detach().zeros_like();
        let moments = parameters.iter().map(|one| (zeros(one), zeros(one))).collect();
        Self { learning_rate, beta1: 0.9, beta2: 0.999, epsilon, step: 0, moments }
    }

    /// The present learning rate.
    pub fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    /// Steps with another learning rate from now on, for annealing.
    pub fn anneal(&mut self, learning_rate: f64) {
        self.learning_rate = learning_rate;
    }

    /// One step along the gradients, one for each parameter.
    ///
    /// m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g²,
    /// θ ← θ − α / (1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε).
    pub fn step(&mut self, parameters: &mut [Tensor], gradients: &[Tensor]) {
        assert_eq!(parameters.len(), self.moments.len(), "parameters of another network");
        assert_eq!(parameters.len(), gradients.len(), "a gradient for each parameter");
        let _guard = no_grad_guard();
        self.step += 1;
        let exponent = i32::try_from(self.step).unwrap_or(i32::MAX);
        let rate = self.learning_rate / (1.0 - self.beta1.powi(exponent));
        let root = (1.0 - self.beta2.powi(exponent)).sqrt();
        for ((parameter, gradient), (first, second)) in
            parameters.iter_mut().zip(gradients).zip(&mut self.moments)
        {
            if parameter.device() == Device::Cpu {
                let gradient = gradient.contiguous();
                let factors = Factors {
                    beta1: self.beta1 as f32,
                    beta2: self.beta2 as f32,
                    rate: rate as f32,
                    root: root as f32,
                    epsilon: self.epsilon as f32,
                };
                let moments = (floats_mut(first), floats_mut(second));
                let values = floats_mut(parameter);
                descend(&factors, values, floats(&gradient), moments.0, moments.1);
            } else {
                let _ = first.lerp_(gradient, 1.0 - self.beta1);
                let squares = gradient.square() * (1.0 - self.beta2);
                let _ = second.g_mul_scalar_(self.beta2).g_add_(&squares);
                let divisor = second.sqrt() / root + self.epsilon;
                let _ = parameter.g_sub_(&(&*first / divisor * rate));
            }
        }
    }

    /// The optimiser at rest.
    pub fn state(&self) -> AdamState {
        let flat = |which: fn(&(Tensor, Tensor)) -> &Tensor| {
            let near = |pair| which(pair).to_device(Device::Cpu).contiguous();
            self.moments.iter().flat_map(|pair| floats(&near(pair)).to_vec()).collect()
        };
        AdamState {
            learning_rate: self.learning_rate,
            step: self.step,
            first: flat(|pair| &pair.0),
            second: flat(|pair| &pair.1),
        }
    }

    /// Takes over a state; false if it is one of another network.
    #[must_use]
    pub fn restore(&mut self, state: &AdamState) -> bool {
        let wanted: usize = self.moments.iter().map(|(first, _)| first.numel()).sum();
        if [state.first.len(), state.second.len()] != [wanted; 2] {
            return false;
        }
        let mut at = 0;
        for (first, second) in &mut self.moments {
            let end = at + first.numel();
            for (moment, saved) in [(first, &state.first), (second, &state.second)] {
                let near = Tensor::from_slice(&saved[at..end]).view_as(moment);
                moment.copy_(&near);
            }
            at = end;
        }
        (self.learning_rate, self.step) = (state.learning_rate, state.step);
        true
    }
}

/// What one step multiplies with.
struct Factors {
    beta1: f32,
    beta2: f32,
    rate: f32,
    root: f32,
    epsilon: f32,
}

wide! {
    /// One step of each value.
    fn descend(
        factors: &Factors,
        values: &mut [f32],
        gradients: &[f32],
        firsts: &mut [f32],
        seconds: &mut [f32],
    ) {
        let Factors { beta1, beta2, rate, root, epsilon } = *factors;
        let moments = firsts.iter_mut().zip(seconds);
        for ((value, &gradient), (first, second)) in values.iter_mut().zip(gradients).zip(moments) {
            *first += (1.0 - beta1) * (gradient - *first);
            *second = beta2 * *second + (1.0 - beta2) * gradient * gradient;
            *value -= rate * *first / (second.sqrt() / root + epsilon);
        }
    }
}

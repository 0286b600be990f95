//! Gradient: all gradients of a network seen as one vector.

use tch::{Device, Tensor};

use crate::raw::{floats, floats_mut};
use crate::wide::wide;

/// Euclidean norm of all gradients together.
pub(crate) fn norm<'a>(gradients: impl IntoIterator<Item = &'a Tensor>) -> f64 {
    let squares = gradients.into_iter().map(|gradient| {
        if gradient.device() == Device::Cpu {
            let gradient = gradient.contiguous();
            square(floats(&gradient))
        } else {
            gradient.square().sum(tch::Kind::Double).double_value(&[])
        }
    });
    squares.sum::<f64>().sqrt()
}

/// Shortens the gradients so that their norm, which is given, is at most `largest` (Pascanu, Mikolov and
/// Bengio 2013, algorithm 1), as PyTorch does: times largest / (norm + 10⁻⁶) where that is below 1.
pub(crate) fn clip(gradients: &mut [Tensor], norm: f64, largest: f64) {
    let factor = largest / (norm + 1e-6);
    if factor >= 1.0 {
        return;
    }
    for gradient in gradients {
        if gradient.device() == Device::Cpu && gradient.is_contiguous() {
            floats_mut(gradient).iter_mut().for_each(|value| *value *= factor as f32);
        } else {
            let _ = gradient.g_mul_scalar_(factor);
        }
    }
}

wide! {
    /// Σ x², in sixteen sums side by side.
    fn square(values: &[f32]) -> f64 {
        let mut sums = [0.0_f32; 16];
        let chunks = values.chunks_exact(16);
        let rest: f32 = chunks.remainder().iter().map(|value| value * value).sum();
        for chunk in chunks {
            sums.iter_mut().zip(chunk).for_each(|(sum, value)| *sum += value * value);
        }
        sums.iter().map(|&sum| f64::from(sum)).sum::<f64>() + f64::from(rest)
    }
}

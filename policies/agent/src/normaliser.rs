//! A normaliser: inputs brought to mean 0 and variance 1.

/// Added to a variance, so that an input that never changed is not divided by 0.
const EPSILON: f64 = 1e-8;

/// What was seen of each input while an agent was trained.
#[derive(Debug, Clone, PartialEq)]
pub struct Normaliser {
    /// Mean of each input; finite.
    pub mean: Vec<f64>,
    /// Variance of each input; finite and ≥ 0.
    pub variance: Vec<f64>,
    /// Normalised inputs stay within ± this; > 0.
    pub clip: f64,
}

impl Normaliser {
    /// Brings inputs, as many as were seen, to clip((x − mean) ÷ √(variance + 10⁻⁸)), in f32.
    #[inline]
    pub fn apply(&self, inputs: &mut [f32]) {
        let clip = self.clip as f32;
        let seen = self.mean.iter().zip(&self.variance);
        for (input, (&mean, &variance)) in inputs.iter_mut().zip(seen) {
            let deviation = (variance + EPSILON).sqrt() as f32;
            *input = ((*input - mean as f32) / deviation).max(-clip).min(clip);
        }
    }

    /// Whether it is of so many inputs, and of numbers that make sense.
    pub(crate) fn fits(&self, inputs: usize) -> bool {
        self.mean.len() == inputs
            && self.variance.len() == inputs
            && self.mean.iter().all(|mean| mean.is_finite())
            && self.variance.iter().all(|variance| variance.is_finite() && *variance >= 0.0)
            && self.clip > 0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_are_centred_scaled_and_clipped() {
        let normaliser =
            Normaliser { mean: vec![1.0, 0.0, 5.0], variance: vec![4.0, 1.0, 0.0], clip: 10.0 };
        let mut inputs = [5.0, -30.0, 5.0];
        normaliser.apply(&mut inputs);
        assert_eq!(inputs, [2.0, -10.0, 0.0]);
    }

    #[test]
    fn numbers_that_make_no_sense_do_not_fit() {
        let sound = Normaliser { mean: vec![0.0], variance: vec![1.0], clip: 10.0 };
        assert!(sound.fits(1) && !sound.fits(2));
        assert!(!Normaliser { variance: vec![-1.0], ..sound.clone() }.fits(1));
        assert!(!Normaliser { mean: vec![f64::NAN], ..sound.clone() }.fits(1));
        assert!(!Normaliser { clip: f64::NAN, ..sound }.fits(1));
    }
}

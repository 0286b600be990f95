//! A feature: one number that a network is given, made of columns.

use serde::{Deserialize, Serialize};

/// One number that a network is given of each workload:
/// clip(curve(`column` × `times` ÷ `over` ÷ `scale`)).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Feature {
    /// The column that it starts from.
    pub column: String,
    /// A column that it is multiplied by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<String>,
    /// A column that it is divided by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub over: Option<String>,
    /// What it is divided by; finite and not 0.
    #[serde(default = "one")]
    pub scale: f64,
    /// What is taken of the quotient.
    #[serde(default)]
    pub curve: Curve,
    /// What stands for a value that is missing, and for one that is no finite number (a division by 0,
    /// the root of a negative number). It is not clipped.
    #[serde(default)]
    pub missing: f64,
    /// The smallest and the largest value; none for no bounds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clip: Option<(f64, f64)>,
}

fn one() -> f64 {
    1.0
}

/// The shape of a feature.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Curve {
    /// As it is.
    #[default]
    Linear,
    /// ln(1 + x).
    Log1p,
    /// √x.
    Sqrt,
}

impl Feature {
    /// A column as it is, divided by `scale`; 0 where it is missing.
    pub fn of(column: impl Into<String>, scale: f64) -> Self {
        Self {
            column: column.into(),
            times: None,
            over: None,
            scale,
            curve: Curve::Linear,
            missing: 0.0,
            clip: None,
        }
    }

    /// The columns that it reads.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        [Some(&self.column), self.times.as_ref(), self.over.as_ref()]
            .into_iter()
            .flatten()
            .map(String::as_str)
    }

    /// Its value from those of its columns. NaN is a missing one.
    #[inline]
    pub(crate) fn value(&self, column: f64, times: Option<f64>, over: Option<f64>) -> f64 {
        let mut value = column;
        if let Some(times) = times {
            value *= times;
        }
        if let Some(over) = over {
            value /= over;
        }
        value /= self.scale;
        value = match self.curve {
            Curve::Linear => value,
            Curve::Log1p => libm::log1p(value),
            Curve::Sqrt => value.sqrt(),
        };
        match self.clip {
            _ if !value.is_finite() => self.missing,
            Some((least, most)) => value.max(least).min(most),
            None => value,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feature_is_product_quotient_curve_and_clip() {
        let feature = Feature::of("cpu_shares", 20_480.0);
        let clipped = Feature { clip: Some((0.0, 0.5)), ..feature.clone() };
        let log = Feature { curve: Curve::Log1p, scale: 1.0, missing: -1.0, ..feature.clone() };
        let root = Feature { curve: Curve::Sqrt, ..log.clone() };
        for (feature, column, times, over, value) in [
            (&feature, 1024.0, None, None, 0.05),
            (&feature, 1024.0, Some(10.0), None, 0.5),
            (&feature, 1024.0, Some(10.0), Some(2.0), 0.25),
            (&feature, f64::NAN, Some(10.0), None, 0.0),
            (&feature, 1024.0, Some(f64::NAN), None, 0.0),
            (&feature, 1024.0, None, Some(0.0), 0.0),
            (&clipped, 20_480.0, None, None, 0.5),
            (&clipped, -1.0, None, None, 0.0),
            (&log, 1.0, None, None, std::f64::consts::LN_2),
            (&log, -2.0, None, None, -1.0),
            (&root, 9.0, None, None, 3.0),
            (&root, -9.0, None, None, -1.0),
        ] {
            let found = feature.value(column, times, over);
            assert!((found - value).abs() < 1e-15, "{feature:?} of {column}: {found}");
        }
    }
}

//! A Kubernetes quantity (`500m`, `1Gi`, `3`), read exactly and written canonically.

use std::borrow::Cow;
use std::fmt;

use sdk::schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use sdk::serde::de::{Deserialize, Deserializer, Error, Visitor};

/// A quantity as the autoscaler uses it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantity {
    /// Thousandths of the unit, rounded away from zero, saturating at 64 bits.
    pub milli: i64,
    /// The nearest number, computed as mantissa times a power of ten like the original, because
    /// tolerances are compared with it.
    pub approximate: f64,
}

/// A factor after a number: a power of ten or of 1024.
enum Suffix {
    Ten(i32),
    Kibi(u32),
}

impl Suffix {
    fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "n" => Self::Ten(-9),
            "u" => Self::Ten(-6),
            "m" => Self::Ten(-3),
            "" => Self::Ten(0),
            "k" => Self::Ten(3),
            "M" => Self::Ten(6),
            "G" => Self::Ten(9),
            "T" => Self::Ten(12),
            "P" => Self::Ten(15),
            "E" => Self::Ten(18),
            "Ki" => Self::Kibi(1),
            "Mi" => Self::Kibi(2),
            "Gi" => Self::Kibi(3),
            "Ti" => Self::Kibi(4),
            "Pi" => Self::Kibi(5),
            "Ei" => Self::Kibi(6),
            _ => Self::Ten(text.strip_prefix(['e', 'E'])?.parse().ok()?),
        })
    }
}

impl Quantity {
    /// Reads a number with an optional suffix or exponent. None if it is not a quantity.
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let (number, suffix) = text.split_at(end);
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') {
            return None;
        }
        // 27 digits and the largest suffix still fit 128 bits.
        let digits = format!("{whole}{fraction}");
        if digits.len() > 27 {
            return None;
        }
        let mut mantissa: i128 = digits.parse().ok()?;
        if negative {
            mantissa = -mantissa;
        }
        let mut exponent = -i32::try_from(fraction.len()).ok()?;
        match Suffix::parse(suffix)? {
            Suffix::Ten(ten) => exponent = exponent.checked_add(ten)?,
            Suffix::Kibi(power) => mantissa = mantissa.saturating_mul(1 << (10 * power)),
        }
        let approximate = mantissa as f64 * power_of_ten(exponent);
        Some(Self { milli: scaled(mantissa, exponent.checked_add(3)?), approximate })
    }
}

/// The correctly rounded power of ten, which `powi` does not promise.
fn power_of_ten(exponent: i32) -> f64 {
    format!("1e{exponent}").parse().expect("an exponent makes a number")
}

/// `mantissa × 10^exponent`, rounded away from zero, saturating at 64 bits.
fn scaled(mantissa: i128, exponent: i32) -> i64 {
    let ten = 10_i128.checked_pow(exponent.unsigned_abs());
    let value = match ten {
        Some(ten) if exponent >= 0 => mantissa.saturating_mul(ten),
        Some(ten) => {
            let away = mantissa.signum() * i128::from(mantissa % ten != 0);
            mantissa / ten + away
        }
        None if exponent >= 0 => mantissa.signum().saturating_mul(i128::MAX),
        None => mantissa.signum(),
    };
    value.clamp(i64::MIN.into(), i64::MAX.into()) as i64
}

/// Writes thousandths with the largest decimal suffix that leaves a whole number: `500m`, `2k`.
pub fn decimal(milli: i64) -> String {
    const SUFFIXES: [&str; 8] = ["m", "", "k", "M", "G", "T", "P", "E"];
    let (mut mantissa, mut step) = (milli, 0);
    if mantissa == 0 {
        step = 1;
    }
    while mantissa != 0 && mantissa % 1000 == 0 && step + 1 < SUFFIXES.len() {
        mantissa /= 1000;
        step += 1;
    }
    format!("{mantissa}{}", SUFFIXES[step])
}

/// Writes thousandths with the largest binary suffix that leaves a whole number, rounding up to whole
/// units; amounts under 1024 are written as decimal ones.
pub fn binary(milli: i64) -> String {
    const SUFFIXES: [&str; 6] = ["", "Ki", "Mi", "Gi", "Ti", "Pi"];
    if milli.unsigned_abs() < 1_024_000 {
        return decimal(milli);
    }
    let (mut mantissa, mut step) = (scaled(milli.into(), -3), 0);
    while mantissa % 1024 == 0 && step + 1 < SUFFIXES.len() {
        mantissa /= 1024;
        step += 1;
    }
    format!("{mantissa}{}", SUFFIXES[step])
}

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl Visitor<'_> for Reader {
            type Value = Quantity;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a quantity such as \"500m\", \"1Gi\" or 3")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Quantity, E> {
                Quantity::parse(text).ok_or_else(|| {
                    E::custom(format!(
                        "`{text}` is not a quantity: write a number such as \"500m\", \"1Gi\" or 3"
                    ))
                })
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Quantity, E> {
                self.visit_str(&number.to_string())
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Quantity, E> {
                self.visit_str(&number.to_string())
            }

            fn visit_f64<E: Error>(self, number: f64) -> Result<Quantity, E> {
                self.visit_str(&number.to_string())
            }
        }

        deserializer.deserialize_any(Reader)
    }
}

impl JsonSchema for Quantity {
    fn schema_name() -> Cow<'static, str> {
        "Quantity".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": ["string", "number"],
            "description": "A Kubernetes quantity: 500m, 1Gi, 3",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_suffixes_exactly_and_rounds_away_from_zero() {
        let rows = [
            ("3", 3000),
            ("0.5", 500),
            ("500m", 500),
            ("15.0", 15_000),
            ("-2", -2000),
            ("1n", 1),
            ("-1u", -1),
            ("1Ki", 1_024_000),
            ("1.5Gi", 1_610_612_736_000),
            ("2k", 2_000_000),
            ("1e3", 1_000_000),
            ("1E3", 1_000_000),
            ("1E", i64::MAX),
            ("9223372036854775807", i64::MAX),
            ("1e-40", 1),
            ("0", 0),
        ];
        for (text, milli) in rows {
            assert_eq!(Quantity::parse(text).map(|q| q.milli), Some(milli), "{text}");
        }
        for text in ["", ".", "1.2.3", "1x", "m", "1 Gi", "--1", "1e", "1ee3"] {
            assert_eq!(Quantity::parse(text), None, "{text}");
        }
    }

    #[test]
    fn approximates_like_mantissa_times_power_of_ten() {
        for (text, number) in [("0.01", 0.01), ("0.9", 0.9), ("90m", 0.09), ("0.3", 3.0 * 0.1)] {
            assert_eq!(Quantity::parse(text).unwrap().approximate, number, "{text}");
        }
    }

    #[test]
    fn writes_the_canonical_form() {
        let decimals =
            [(500, "500m"), (1000, "1"), (1_500_000, "1500"), (2_000_000, "2k"), (0, "0")];
        for (milli, text) in decimals {
            assert_eq!(decimal(milli), text);
        }
        let binaries =
            [(1000, "1"), (1_024_000, "1Ki"), (1_073_741_824_000, "1Gi"), (1_025_001, "1026")];
        for (milli, text) in binaries {
            assert_eq!(binary(milli), text);
        }
    }
}

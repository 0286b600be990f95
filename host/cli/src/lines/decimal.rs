//! Decimal: a number as it was written, to the last digit. Binary floats would put instants at
//! window edges on either side.

use std::fmt;

/// `coefficient × 10^exponent`, exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Decimal {
    coefficient: i128,
    exponent: i32,
}

/// A number that cannot be had in whole parts of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Inexact {
    /// It lies between two parts; this is the one away from zero.
    Between(i128),
    /// It is too large to be counted.
    TooLarge,
}

impl Decimal {
    /// Parses an optional sign, digits with an optional point, and an optional exponent.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
            None => (text, 0),
        };
        let (negative, digits) = match mantissa.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, mantissa.strip_prefix('+').unwrap_or(mantissa)),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        // Zeros at the end of a fraction say nothing, and digits are few.
        let fraction = fraction.trim_end_matches('0');
        let mut coefficient: i128 = 0;
        for digit in whole.bytes().chain(fraction.bytes()) {
            let digit = digit.is_ascii_digit().then(|| i128::from(digit - b'0'))?;
            coefficient = coefficient.checked_mul(10)?.checked_add(digit)?;
        }
        let exponent = exponent.checked_sub(i32::try_from(fraction.len()).ok()?)?;
        Some(Self { coefficient: if negative { -coefficient } else { coefficient }, exponent })
    }

    /// How many parts it has, of which `10^power × factor` make a unit.
    pub(crate) fn parts(self, power: i32, factor: i128) -> Result<i128, Inexact> {
        if self.coefficient == 0 {
            return Ok(0);
        }
        let coefficient = self.coefficient.checked_mul(factor).ok_or(Inexact::TooLarge)?;
        let exponent = self.exponent.saturating_add(power);
        let scale = 10_i128.checked_pow(exponent.unsigned_abs());
        if exponent >= 0 {
            return scale.and_then(|scale| coefficient.checked_mul(scale)).ok_or(Inexact::TooLarge);
        }
        // A scale beyond all integers leaves less than one part.
        let (quotient, exact) = match scale {
            Some(scale) => (coefficient / scale, coefficient % scale == 0),
            None => (0, false),
        };
        if exact { Ok(quotient) } else { Err(Inexact::Between(quotient + coefficient.signum())) }
    }
}

/// An integer count of billionths of a unit, written as a decimal of that unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Billionths(pub(crate) i64);

impl fmt::Display for Billionths {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.0.unsigned_abs() / 1_000_000_000, self.0 % 1_000_000_000);
        let sign = if self.0 < 0 { "-" } else { "" };
        write!(formatter, "{sign}{whole}")?;
        if rest == 0 {
            return Ok(());
        }
        let digits = format!("{:09}", rest.unsigned_abs());
        write!(formatter, ".{}", digits.trim_end_matches('0'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<Result<i128, Inexact>>) {
        assert_eq!(Decimal::parse(text).map(|number| number.parts(3, 1)), expected, "{text}");
    }

    #[test]
    fn thousandths_are_exact_or_told_to_be_not() {
        check("0", Some(Ok(0)));
        check("-0.0", Some(Ok(0)));
        check("1.5", Some(Ok(1500)));
        check("-1.5e2", Some(Ok(-150_000)));
        check("+2.", Some(Ok(2000)));
        check(".25", Some(Ok(250)));
        check("1.50000000000000000000000000000000000000000000", Some(Ok(1500)));
        check("0.0001", Some(Err(Inexact::Between(1))));
        check("-0.0001", Some(Err(Inexact::Between(-1))));
        check("2.0001", Some(Err(Inexact::Between(2001))));
        check("1e-99", Some(Err(Inexact::Between(1))));
        check("1e99", Some(Err(Inexact::TooLarge)));
        check("0e2147483647", Some(Ok(0)));
        for text in ["", "-", ".", "1,5", "1e", "1e1.5", "e5", "0x10", "NaN", "1 ", "--1"] {
            check(text, None);
        }
    }

    #[test]
    fn billionths_are_written_to_the_last_digit() {
        for (nanoseconds, text) in [
            (0, "0"),
            (15_000_000_000, "15"),
            (-500_000_000, "-0.5"),
            (1, "0.000000001"),
            (1_700_000_000_123_456_789, "1700000000.123456789"),
            (i64::MIN, "-9223372036.854775808"),
        ] {
            assert_eq!(Billionths(nanoseconds).to_string(), text);
        }
    }
}

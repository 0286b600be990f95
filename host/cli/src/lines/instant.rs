//! Instant: times and lengths of time, in seconds for people or in nanoseconds for exactness.

use scaling::{Sampling, Timestamp};
use serde::de::{self, Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::decimal::{Decimal, Inexact};

/// Seconds as they were written, in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seconds(i64);

impl<'de> Deserialize<'de> for Seconds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?.get();
        let found = super::shortened(raw);
        let number = Decimal::parse(raw).ok_or_else(|| {
            de::Error::custom(format!(
                "expected a number of seconds such as 15 or -0.5, found `{found}`"
            ))
        })?;
        let nanoseconds = match number.parts(9, 1) {
            Ok(nanoseconds) => i64::try_from(nanoseconds).ok(),
            Err(Inexact::TooLarge) => None,
            Err(Inexact::Between(_)) => {
                return Err(de::Error::custom(format!(
                    "{found} seconds are no whole number of nanoseconds: give at most nine decimals"
                )));
            }
        };
        nanoseconds.map(Seconds).ok_or_else(|| {
            de::Error::custom(format!(
                "{found} seconds are out of range: nanoseconds must fit 64 bits (some 292 years)"
            ))
        })
    }
}

/// A time in the unit that it was given in.
enum Given<T> {
    Seconds(Seconds),
    Nanoseconds(T),
}

fn one_of<T>(
    name: &str,
    seconds: Option<Seconds>,
    nanoseconds: Option<T>,
) -> Result<Option<Given<T>>, String> {
    match (seconds, nanoseconds) {
        (Some(_), Some(_)) => Err(format!(
            "both `{name}_seconds` and `{name}_nanoseconds` are given: keep one of them"
        )),
        (Some(seconds), None) => Ok(Some(Given::Seconds(seconds))),
        (None, nanoseconds) => Ok(nanoseconds.map(Given::Nanoseconds)),
    }
}

/// An instant that was given in one of the two units; none if it was given in neither.
pub(crate) fn instant(
    name: &str,
    seconds: Option<Seconds>,
    exact: Option<i64>,
) -> Result<Option<Timestamp>, String> {
    Ok(one_of(name, seconds, exact)?.map(|given| match given {
        Given::Seconds(Seconds(nanoseconds)) | Given::Nanoseconds(nanoseconds) => {
            Timestamp::from_nanoseconds(nanoseconds)
        }
    }))
}

/// A length of time that was given in one of the two units.
pub(crate) fn length(
    name: &str,
    seconds: Option<Seconds>,
    exact: Option<u64>,
) -> Result<Option<u64>, String> {
    match one_of(name, seconds, exact)? {
        Some(Given::Seconds(Seconds(nanoseconds))) => u64::try_from(nanoseconds)
            .map(Some)
            .map_err(|_| format!("`{name}_seconds` is negative: give the length of a time")),
        Some(Given::Nanoseconds(nanoseconds)) => Ok(Some(nanoseconds)),
        None => Ok(None),
    }
}

/// Says that a time is needed.
pub(crate) fn needed<T>(name: &str, time: Option<T>) -> Result<T, String> {
    time.ok_or_else(|| format!("`{name}_seconds` is missing (or give `{name}_nanoseconds`)"))
}

/// When and over what window a sample was taken.
#[derive(Debug, Clone, Copy, serde::Deserialize)]
#[serde(deny_unknown_fields, try_from = "RawSampled")]
pub(crate) struct Sampled {
    taken: Timestamp,
    window_nanoseconds: Option<u64>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, expecting = "a sample: an object with `taken_seconds`")]
struct RawSampled {
    taken_seconds: Option<Seconds>,
    taken_nanoseconds: Option<i64>,
    window_seconds: Option<Seconds>,
    window_nanoseconds: Option<u64>,
}

impl TryFrom<RawSampled> for Sampled {
    type Error = String;

    fn try_from(raw: RawSampled) -> Result<Self, String> {
        let taken = instant("taken", raw.taken_seconds, raw.taken_nanoseconds)?;
        Ok(Self {
            taken: needed("taken", taken)?,
            window_nanoseconds: length("window", raw.window_seconds, raw.window_nanoseconds)?,
        })
    }
}

impl Sampled {
    /// A sample that averages over a window, which must have been given.
    pub(crate) fn windowed(self) -> Result<Sampling, String> {
        let window_nanoseconds = needed("window", self.window_nanoseconds)?;
        Ok(Sampling { taken: self.taken, window_nanoseconds })
    }

    /// A sample of a moment, if no window was given.
    pub(crate) fn momentary(self) -> Sampling {
        let window_nanoseconds = self.window_nanoseconds.unwrap_or(0);
        Sampling { taken: self.taken, window_nanoseconds }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: &str, expected: Result<i64, &str>) {
        match (serde_json::from_str::<Seconds>(json), expected) {
            (Ok(Seconds(nanoseconds)), Ok(expected)) => assert_eq!(nanoseconds, expected, "{json}"),
            (Err(error), Err(part)) => {
                assert!(error.to_string().contains(part), "{json}: {error}");
            }
            (given, expected) => panic!("{json}: {given:?}, expected {expected:?}"),
        }
    }

    #[test]
    fn seconds_are_exact_to_the_nanosecond() {
        check("15", Ok(15_000_000_000));
        check("-300", Ok(-300_000_000_000));
        check("0.1", Ok(100_000_000));
        check("1e-9", Ok(1));
        check("1700000000.123456789", Ok(1_700_000_000_123_456_789));
        check("9223372036.854775807", Ok(i64::MAX));
        check("9223372036.854775808", Err("out of range"));
        check("1e30", Err("out of range"));
        check("0.0000000001", Err("at most nine decimals"));
        check(r#""15s""#, Err("expected a number of seconds"));
        check("true", Err("expected a number of seconds"));
    }

    #[test]
    fn a_time_is_given_in_one_unit() {
        let sampled =
            |json: &str| serde_json::from_str::<Sampled>(json).map_err(|error| error.to_string());
        let both = sampled(r#"{"taken_seconds": 1, "taken_nanoseconds": 5}"#).unwrap_err();
        assert!(both.contains("keep one of them"), "{both}");
        let neither = sampled(r#"{"window_seconds": 1}"#).unwrap_err();
        assert!(neither.contains("`taken_seconds` is missing"), "{neither}");
        let negative = sampled(r#"{"taken_seconds": 1, "window_seconds": -1}"#).unwrap_err();
        assert!(negative.contains("is negative"), "{negative}");
        let moment = sampled(r#"{"taken_nanoseconds": -5}"#).unwrap();
        assert_eq!(moment.momentary().taken.nanoseconds(), -5);
        assert!(moment.windowed().unwrap_err().contains("`window_seconds` is missing"));
    }
}

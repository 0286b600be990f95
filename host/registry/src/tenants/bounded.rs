//! Bounded: numbers of a settings file, checked where they stand, so that a wrong one is told with its
//! line.

use std::time::Duration;

use serde::{Deserialize, Deserializer, de};

/// A whole number between two others.
#[derive(Debug, Clone, Copy)]
pub(super) struct Whole<const LEAST: u64, const MOST: u64>(u64);

/// A time in seconds between two numbers of milliseconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seconds<const LEAST: u64, const MOST: u64>(Duration);

impl<const LEAST: u64, const MOST: u64> Whole<LEAST, MOST> {
    /// Takes the place of another number, whose type holds every number up to the bound.
    pub(super) fn set<T: TryFrom<u64>>(given: Option<Self>, to: &mut T) {
        if let Some(Self(number)) = given {
            *to = T::try_from(number).ok().expect("a maximum fits its type");
        }
    }
}

impl<const LEAST: u64, const MOST: u64> Seconds<LEAST, MOST> {
    /// Takes the place of another time.
    pub(super) fn set<T: From<Duration>>(given: Option<Self>, to: &mut T) {
        if let Some(Self(duration)) = given {
            *to = duration.into();
        }
    }
}

impl<'de, const LEAST: u64, const MOST: u64> Deserialize<'de> for Whole<LEAST, MOST> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let number = u64::deserialize(from)?;
        if (LEAST..=MOST).contains(&number) {
            return Ok(Self(number));
        }
        let bounds = format!("it is {number}; between {LEAST} and {MOST} can be set");
        Err(de::Error::custom(bounds))
    }
}

impl<'de, const LEAST: u64, const MOST: u64> Deserialize<'de> for Seconds<LEAST, MOST> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let (least, most) = (Duration::from_millis(LEAST), Duration::from_millis(MOST));
        let seconds = f64::deserialize(from)?;
        let duration = Duration::try_from_secs_f64(seconds).ok();
        duration.filter(|duration| (least..=most).contains(duration)).map(Self).ok_or_else(|| {
            let (least, most) = (least.as_secs_f64(), most.as_secs_f64());
            let bounds = format!("it is {seconds}; between {least} and {most} can be set");
            de::Error::custom(bounds)
        })
    }
}

/// A duration as a bound.
pub(super) const fn milliseconds(duration: Duration) -> u64 {
    duration.as_millis() as u64
}

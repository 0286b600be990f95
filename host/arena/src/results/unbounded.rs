//! Unbounded: floats in JSON that may be infinite. JSON has no infinity, and `null` means absent.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serializer};

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Finite(f64),
    Named(String),
}

impl Written {
    fn read<E: Error>(self) -> Result<f64, E> {
        match self {
            Written::Finite(value) => Ok(value),
            Written::Named(name) if name == "inf" => Ok(f64::INFINITY),
            Written::Named(name) if name == "-inf" => Ok(f64::NEG_INFINITY),
            Written::Named(name) => Err(E::custom(format!("`{name}` is no number"))),
        }
    }
}

pub(crate) fn serialize<S: Serializer>(value: &f64, to: S) -> Result<S::Ok, S::Error> {
    match *value {
        f64::INFINITY => to.serialize_str("inf"),
        f64::NEG_INFINITY => to.serialize_str("-inf"),
        finite => to.serialize_f64(finite),
    }
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    Written::deserialize(from)?.read()
}

/// The same for values that may be absent.
pub(crate) mod option {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(value: &Option<f64>, to: S) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => super::serialize(value, to),
            None => to.serialize_none(),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<f64>, D::Error> {
        Option::<Written>::deserialize(from)?.map(Written::read).transpose()
    }
}

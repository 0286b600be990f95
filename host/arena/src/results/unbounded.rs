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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::{Deserialize, Serialize};

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Value {
        #[serde(with = "super")]
        bare: f64,
        #[serde(with = "super::option")]
        optional: Option<f64>,
        /// As every other float of the document.
        plain: f64,
    }

    #[track_caller]
    fn check(value: f64, optional: Option<f64>, json: &str) {
        let value = Value { bare: value, optional, plain: 0.5 };
        let written = serde_json::to_string(&value).unwrap();
        assert_eq!(written, json);
        assert_eq!(serde_json::from_str::<Value>(&written).unwrap(), value);
    }

    #[test]
    fn infinities_have_a_name_and_absent_values_are_null() {
        check(f64::INFINITY, None, r#"{"bare":"inf","optional":null,"plain":0.5}"#);
        let json = r#"{"bare":"-inf","optional":"inf","plain":0.5}"#;
        check(f64::NEG_INFINITY, Some(f64::INFINITY), json);
        check(3.0, Some(0.1), r#"{"bare":3.0,"optional":0.1,"plain":0.5}"#);
        let other = r#"{"bare":"much","optional":null,"plain":0}"#;
        let error = serde_json::from_str::<Value>(other).unwrap_err().to_string();
        assert!(error.starts_with("`much` is no number"), "{error}");
    }

    proptest! {
        #[test]
        fn every_number_leads_back_to_itself(bits: u64) {
            let number = f64::from_bits(bits);
            prop_assume!(number.is_finite());
            let value = Value { bare: number, optional: Some(number), plain: number };
            let written = serde_json::to_string(&value).unwrap();
            let read: Value = serde_json::from_str(&written).unwrap();
            for read in [read.bare, read.optional.unwrap(), read.plain] {
                prop_assert_eq!(read.to_bits(), bits);
            }
        }
    }
}

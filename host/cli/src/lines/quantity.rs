//! Quantity: amounts as Kubernetes writes them, in whole thousandths.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::decimal::{Decimal, Inexact};

/// Thousandths of a unit, from a string such as `"250m"`, `"128Mi"`, `"1.5"` or `"2e3"`, or from a
/// number of units. Finer amounts (`"123456789n"`) are rounded away from zero, as Kubernetes does
/// when it asks for thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Milli(pub(crate) i64);

/// Suffixes with the power of ten and the factor that they stand for.
const SUFFIXES: [(&str, i32, i128); 16] = [
    ("", 0, 1),
    ("n", -9, 1),
    ("u", -6, 1),
    ("m", -3, 1),
    ("k", 3, 1),
    ("M", 6, 1),
    ("G", 9, 1),
    ("T", 12, 1),
    ("P", 15, 1),
    ("E", 18, 1),
    ("Ki", 0, 1 << 10),
    ("Mi", 0, 1 << 20),
    ("Gi", 0, 1 << 30),
    ("Ti", 0, 1 << 40),
    ("Pi", 0, 1 << 50),
    ("Ei", 0, 1 << 60),
];

fn parse(text: &str) -> Result<i64, String> {
    let malformed = || {
        format!(
            "`{text}` is not a quantity: write a number with an optional suffix (n, u, m, k, M, G, \
             T, P, E, Ki, Mi, Gi, Ti, Pi, Ei) or exponent, such as 250m, 1.5, 128Mi or 2e3"
        )
    };
    let number_and_factor = Decimal::parse(text).map(|number| (number, 0, 1)).or_else(|| {
        let start = text.find(|character: char| character.is_ascii_alphabetic())?;
        let (number, suffix) = text.split_at(start);
        let (_, power, factor) = SUFFIXES.into_iter().find(|(name, ..)| *name == suffix)?;
        Some((Decimal::parse(number)?, power, factor))
    });
    let (number, power, factor) = number_and_factor.ok_or_else(malformed)?;
    let milli = match number.parts(power + 3, factor) {
        Ok(milli) | Err(Inexact::Between(milli)) => i64::try_from(milli).ok(),
        Err(Inexact::TooLarge) => None,
    };
    milli.ok_or_else(|| format!("`{text}` is too large: thousandths must fit 64 bits"))
}

impl<'de> Deserialize<'de> for Milli {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?.get();
        let milli = match raw.as_bytes()[0] {
            b'"' => parse(&serde_json::from_str::<String>(raw).map_err(de::Error::custom)?),
            b'-' | b'0'..=b'9' => parse(raw),
            _ => Err(format!(
                "expected a quantity, a string such as \"250m\" or a number of units, found `{}`",
                super::shortened(raw)
            )),
        };
        milli.map(Milli).map_err(de::Error::custom)
    }
}

/// Quantities by resource, in the order of the resources' names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Quantities(pub(crate) Vec<scaling::Quantity>);

impl<'de> Deserialize<'de> for Quantities {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(QuantitiesVisitor)
    }
}

struct QuantitiesVisitor;

impl<'de> Visitor<'de> for QuantitiesVisitor {
    type Value = Quantities;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("quantities by resource, such as {\"cpu\": \"250m\"}")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Quantities, A::Error> {
        let mut quantities = BTreeMap::new();
        while let Some(resource) = map.next_key::<String>()? {
            let Milli(milli) = map.next_value()?;
            if quantities.contains_key(&resource) {
                return Err(de::Error::custom(format!("the resource `{resource}` is given twice")));
            }
            quantities.insert(resource, milli);
        }
        let quantity = |(resource, milli)| scaling::Quantity { resource, milli };
        Ok(Quantities(quantities.into_iter().map(quantity).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: &str, expected: Result<i64, &str>) {
        match (serde_json::from_str::<Milli>(json), expected) {
            (Ok(Milli(milli)), Ok(expected)) => assert_eq!(milli, expected, "{json}"),
            (Err(error), Err(part)) => {
                assert!(error.to_string().contains(part), "{json}: {error}");
            }
            (given, expected) => panic!("{json}: {given:?}, expected {expected:?}"),
        }
    }

    #[test]
    fn quantities_are_read_as_kubernetes_reads_them() {
        check(r#""250m""#, Ok(250));
        check(r#""1""#, Ok(1000));
        check(r#""1.5""#, Ok(1500));
        check(r#""-100m""#, Ok(-100));
        check(r#""128Mi""#, Ok(134_217_728_000));
        check(r#""0.5Ki""#, Ok(512_000));
        check(r#""2k""#, Ok(2_000_000));
        check(r#""2e3""#, Ok(2_000_000));
        check(r#""2E3""#, Ok(2_000_000));
        check(r#""2E""#, Err("too large"));
        check(r#""1P""#, Ok(1_000_000_000_000_000_000));
        check(r#""123456789n""#, Ok(124));
        check(r#""-1u""#, Ok(-1));
        check("2", Ok(2000));
        check("0.25", Ok(250));
        check("1e-3", Ok(1));
    }

    #[test]
    fn what_is_no_quantity_is_told() {
        check(r#""""#, Err("is not a quantity"));
        check(r#""fast""#, Err("is not a quantity"));
        check(r#""1 Mi""#, Err("is not a quantity"));
        check(r#""1K""#, Err("is not a quantity"));
        check(r#""1mi""#, Err("such as 250m"));
        check("true", Err("expected a quantity"));
        check("[1]", Err("expected a quantity"));
        check(r#""1Ei""#, Err("too large"));
    }

    #[test]
    fn a_resource_has_one_quantity() {
        let quantities: Quantities =
            serde_json::from_str(r#"{"memory": "1Ki", "cpu": 1}"#).unwrap();
        let names: Vec<_> =
            quantities.0.iter().map(|quantity| quantity.resource.as_str()).collect();
        assert_eq!(names, ["cpu", "memory"]);
        let twice = serde_json::from_str::<Quantities>(r#"{"cpu": 1, "cpu": 2}"#).unwrap_err();
        assert!(twice.to_string().contains("`cpu` is given twice"), "{twice}");
    }
}

//! Columns: the named numbers of one workload.

use std::fmt;

use scaling::{Column, Observations};
use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};

/// Values by column. Columns that were not given, or given as `null`, are missing.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Columns {
    /// `[Column::COUNT]`
    values: Vec<f64>,
    given: Vec<Column>,
}

impl Default for Columns {
    fn default() -> Self {
        Self { values: vec![f64::NAN; Column::COUNT], given: Vec::new() }
    }
}

impl Columns {
    /// Reads the value of a key that should be a column; `others` are the keys that would do too.
    pub(crate) fn read<'de, A: MapAccess<'de>>(
        &mut self,
        key: &str,
        map: &mut A,
        others: &[&str],
    ) -> Result<(), A::Error> {
        let column =
            Column::from_name(key).ok_or_else(|| de::Error::custom(unknown(key, others)))?;
        if self.given.contains(&column) {
            return Err(de::Error::custom(format!("`{key}` is given twice")));
        }
        self.given.push(column);
        if let Some(value) = map.next_value::<Option<f64>>()? {
            self.values[column as usize] = value;
        }
        Ok(())
    }

    /// One value, unless it is missing.
    pub(crate) fn get(&self, column: Column) -> Option<f64> {
        let value = self.values[column as usize];
        (!value.is_nan()).then_some(value)
    }

    /// Writes the values to a row of observations.
    pub(crate) fn fill(&self, row: usize, observations: &mut Observations) {
        for &column in &self.given {
            observations.set(row, column, self.values[column as usize]);
        }
    }
}

/// Says that a key is none, with the nearest that is.
fn unknown(key: &str, others: &[&str]) -> String {
    let names = Column::ALL.iter().map(|column| column.name());
    let nearest = names.chain(others.iter().copied()).min_by_key(|name| distance(key, name));
    let hint = match nearest {
        Some(name) if distance(key, name) <= 2 + key.len() / 4 => {
            format!("; did you mean `{name}`?")
        }
        _ if others.is_empty() => {
            "; `regatta policy inspect` lists the columns of a policy".to_owned()
        }
        _ => format!("; besides columns there are {}", others.join(", ")),
    };
    format!("`{}` is no column{hint}", super::shortened(key))
}

/// Levenshtein's distance.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.bytes().enumerate() {
            let substituted = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

impl<'de> Deserialize<'de> for Columns {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ColumnsVisitor)
    }
}

struct ColumnsVisitor;

impl<'de> Visitor<'de> for ColumnsVisitor {
    type Value = Columns;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("values by column, such as {\"replicas_desired\": 3}")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Columns, A::Error> {
        let mut columns = Columns::default();
        while let Some(key) = map.next_key::<String>()? {
            columns.read(&key, &mut map, &[])?;
        }
        Ok(columns)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_given_is_missing() {
        let columns: Columns =
            serde_json::from_str(r#"{"replicas_desired": 3, "queue_length": null}"#).unwrap();
        assert_eq!(columns.get(Column::ReplicasDesired), Some(3.0));
        assert_eq!(columns.get(Column::QueueLength), None);
        assert_eq!(columns.get(Column::SuccessRatio), None);
    }

    #[test]
    fn keys_that_are_no_columns_are_told_with_the_nearest() {
        for (json, part) in [
            (r#"{"replicas_desire": 3}"#, "did you mean `replicas_desired`?"),
            (r#"{"colour": 3}"#, "`colour` is no column; `regatta policy inspect`"),
            (r#"{"queue_length": 1, "queue_length": 2}"#, "`queue_length` is given twice"),
            (r#"{"queue_length": "long"}"#, "expected f64"),
            (r#"[1]"#, "values by column"),
        ] {
            let error = serde_json::from_str::<Columns>(json).unwrap_err().to_string();
            assert!(error.contains(part), "{json}: {error}");
        }
    }
}

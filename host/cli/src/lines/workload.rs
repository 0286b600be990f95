//! Workload: how lines name workloads, and the ids that guests see in their place.

use std::collections::BTreeMap;
use std::fmt;

use scaling::WorkloadId;
use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::{Serialize, Serializer};

/// A workload as it was written: a number, which is its own id, or a name, which gets one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum WorkloadName {
    /// Its id.
    Number(u64),
    /// What people call it.
    Name(String),
}

impl fmt::Display for WorkloadName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WorkloadName::Number(number) => number.fmt(formatter),
            WorkloadName::Name(name) => name.fmt(formatter),
        }
    }
}

impl Serialize for WorkloadName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            WorkloadName::Number(number) => serializer.serialize_u64(*number),
            WorkloadName::Name(name) => serializer.serialize_str(name),
        }
    }
}

impl<'de> Deserialize<'de> for WorkloadName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WorkloadNameVisitor)
    }
}

struct WorkloadNameVisitor;

impl Visitor<'_> for WorkloadNameVisitor {
    type Value = WorkloadName;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a workload: its name, or its id as a whole number")
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<WorkloadName, E> {
        Ok(WorkloadName::Number(number))
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<WorkloadName, E> {
        if name.is_empty() {
            return Err(E::custom("the name of a workload is empty"));
        }
        Ok(WorkloadName::Name(name.to_owned()))
    }
}

/// The ids of workloads, over all lines of an input: a number is its own, and a name gets the
/// smallest that is free when it first comes up. An id is never given up again.
#[derive(Debug, Default)]
pub(crate) struct Roster {
    ids: BTreeMap<WorkloadName, WorkloadId>,
    names: BTreeMap<WorkloadId, WorkloadName>,
    next: u64,
}

impl Roster {
    /// The id of a workload.
    pub(crate) fn id(&mut self, workload: &WorkloadName) -> Result<WorkloadId, String> {
        if let Some(&id) = self.ids.get(workload) {
            return Ok(id);
        }
        let id = match workload {
            WorkloadName::Number(number) => WorkloadId(*number),
            WorkloadName::Name(_) => {
                while self.names.contains_key(&WorkloadId(self.next)) {
                    self.next += 1;
                }
                WorkloadId(self.next)
            }
        };
        if let Some(owner) = self.names.get(&id) {
            return Err(format!(
                "{id} is the id that the workload `{owner}` got when it first came up: name all \
                 workloads or number all of them"
            ));
        }
        self.ids.insert(workload.clone(), id);
        self.names.insert(id, workload.clone());
        Ok(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_get_free_ids_in_the_order_in_which_they_come_up() {
        let mut roster = Roster::default();
        let name = |name: &str| WorkloadName::Name(name.to_owned());
        let ids: Vec<_> = [name("web"), WorkloadName::Number(1), name("db"), name("web")]
            .iter()
            .map(|workload| roster.id(workload).unwrap().0)
            .collect();
        assert_eq!(ids, [0, 1, 2, 0]);
        let taken = roster.id(&WorkloadName::Number(2)).unwrap_err();
        assert!(taken.contains("the workload `db`"), "{taken}");
    }

    #[test]
    fn only_names_and_whole_numbers_name_workloads() {
        let parsed = |json| serde_json::from_str::<WorkloadName>(json);
        assert_eq!(parsed("7").unwrap(), WorkloadName::Number(7));
        assert_eq!(parsed(r#""7""#).unwrap(), WorkloadName::Name("7".to_owned()));
        for json in ["-1", "1.5", r#""""#, "null", "{}"] {
            assert!(parsed(json).is_err(), "{json}");
        }
    }
}

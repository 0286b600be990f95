//! Grid: the settings that tuning chooses from.

use std::path::Path;

use serde_json::{Map, Value};

use crate::experiment::{ExperimentError, PolicyEntry};

/// Settings with what tells them from the others.
type Labelled = (String, Map<String, Value>);

/// More candidates than anybody waits for.
const CANDIDATES: usize = 1000;

/// The settings of an entry with a label each: one, or every combination of what is varied.
pub(super) fn settings(
    file: &Path,
    field: &str,
    entry: &PolicyEntry,
) -> Result<Vec<Labelled>, ExperimentError> {
    let mut all = vec![(String::new(), entry.settings.clone())];
    let Some(tuning) = &entry.tune else { return Ok(all) };
    if tuning.vary.is_empty() {
        let problem = "names nothing to vary";
        return Err(ExperimentError::invalid(file, format!("{field}.tune.vary"), problem));
    }
    for (pointer, values) in &tuning.vary {
        let field = format!("{field}.tune.vary.{pointer}");
        if values.is_empty() || all.len() * values.len() > CANDIDATES {
            let problem = format!("must give 1 to {CANDIDATES} combinations in all");
            return Err(ExperimentError::invalid(file, field, problem));
        }
        let mut longer = Vec::with_capacity(all.len() * values.len());
        for (label, settings) in &all {
            for value in values {
                let mut settings = settings.clone();
                place(&mut settings, pointer, value)
                    .map_err(|problem| ExperimentError::invalid(file, field.clone(), problem))?;
                longer.push((labelled(label, pointer, value), settings));
            }
        }
        all = longer;
    }
    Ok(all)
}

/// `averageUtilization=70`, after what was there before.
fn labelled(label: &str, pointer: &str, value: &Value) -> String {
    let name = pointer.rsplit('/').next().unwrap_or(pointer);
    let separator = if label.is_empty() { "" } else { " " };
    format!("{label}{separator}{name}={value}")
}

/// Sets the value at a JSON Pointer (RFC 6901). What holds it must be there; its last step may be new
/// in a map.
fn place(
    settings: &mut Map<String, Value>,
    pointer: &str,
    value: &Value,
) -> Result<(), &'static str> {
    const SHAPE: &str = "is not a JSON Pointer to a setting, such as /metrics/0/target";
    let (parent, last) =
        pointer.rsplit_once('/').filter(|_| pointer.starts_with('/')).ok_or(SHAPE)?;
    let last = last.replace("~1", "/").replace("~0", "~");
    let mut root = Value::Object(std::mem::take(settings));
    let held = match root.pointer_mut(parent) {
        Some(Value::Object(map)) => {
            map.insert(last, value.clone());
            true
        }
        Some(Value::Array(list)) => {
            let entry = last.parse().ok().and_then(|index: usize| list.get_mut(index));
            entry.map(|entry| *entry = value.clone()).is_some()
        }
        _ => false,
    };
    if let Value::Object(map) = root {
        *settings = map;
    }
    if held { Ok(()) } else { Err("points into nothing that `settings` holds") }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(pointer: &str, expected: Result<Value, &str>) {
        let Value::Object(mut settings) = json!({"a": [{"b": 1}], "c/d": {}}) else {
            unreachable!("it is a map")
        };
        let placed = place(&mut settings, pointer, &json!(7)).map(|()| Value::Object(settings));
        match (placed, expected) {
            (Ok(placed), Ok(expected)) => assert_eq!(placed, expected, "{pointer}"),
            (Err(problem), Err(expected)) => assert!(problem.contains(expected), "{problem}"),
            (placed, expected) => panic!("{pointer}: {placed:?} and not {expected:?}"),
        }
    }

    #[test]
    fn pointers_reach_maps_and_lists() {
        check("/a/0/b", Ok(json!({"a": [{"b": 7}], "c/d": {}})));
        check("/a/0/new", Ok(json!({"a": [{"b": 1, "new": 7}], "c/d": {}})));
        check("/c~1d/x", Ok(json!({"a": [{"b": 1}], "c/d": {"x": 7}})));
        check("/a/0", Ok(json!({"a": [7], "c/d": {}})));
        check("/a/1", Err("points into nothing"));
        check("/z/b", Err("points into nothing"));
        check("a", Err("not a JSON Pointer"));
    }
}

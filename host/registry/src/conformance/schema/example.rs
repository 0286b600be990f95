//! Example: settings that a schema would allow.

use serde_json::{Map, Value, json};

use super::{DEPTH, Schema, form};

impl Schema {
    /// Settings to begin with, the shortest first: what is required, one for each choice at the top,
    /// and everything.
    pub(in super::super) fn examples(&self) -> Vec<Value> {
        let mut examples = vec![self.object(&self.root, false, 0)];
        for key in ["anyOf", "oneOf"] {
            for choice in self.root.get(key).and_then(Value::as_array).into_iter().flatten() {
                let mut example = self.object(&self.root, false, 0);
                merge(&mut example, self.value(choice, false, 1));
                merge_required(self, &mut example, choice);
                examples.push(example);
            }
        }
        for name in self.names() {
            let only = self.root.pointer("/properties").and_then(|all| all.get(&name));
            if let Some(schema) = only {
                let mut example = self.object(&self.root, false, 0);
                merge(&mut example, json!({ name: self.value(schema, true, 1) }));
                examples.push(example);
            }
        }
        examples.push(self.object(&self.root, true, 0));
        examples.dedup();
        examples
    }

    fn names(&self) -> Vec<String> {
        let properties = self.root.get("properties").and_then(Value::as_object);
        properties.into_iter().flat_map(|all| all.keys().cloned()).collect()
    }

    /// An object with what is required of it, or with everything.
    fn object(&self, schema: &Value, everything: bool, depth: usize) -> Value {
        let mut members = Map::new();
        let required = schema.get("required").and_then(Value::as_array);
        let required = |name: &str| {
            required.is_some_and(|names| names.iter().any(|other| other.as_str() == Some(name)))
        };
        for (name, property) in
            schema.get("properties").and_then(Value::as_object).into_iter().flatten()
        {
            if everything || required(name) {
                members.insert(name.clone(), self.value(property, everything, depth + 1));
            }
        }
        Value::Object(members)
    }

    /// Any value that a schema allows, the plainest first.
    fn value(&self, schema: &Value, everything: bool, depth: usize) -> Value {
        let told = ["default", "const"].into_iter().find_map(|key| schema.get(key));
        if let Some(told) = told.filter(|told| !told.is_null()) {
            return told.clone();
        }
        for key in ["examples", "enum"] {
            if let Some(first) =
                schema.get(key).and_then(Value::as_array).and_then(|all| all.first())
            {
                return first.clone();
            }
        }
        if depth >= DEPTH {
            return Value::Null;
        }
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            let target = form::target(&self.root, reference);
            return target.map_or(Value::Null, |target| self.value(target, everything, depth + 1));
        }
        let is_null = |schema: &&Value| schema.get("type").and_then(Value::as_str) == Some("null");
        for key in ["oneOf", "anyOf", "allOf"] {
            let mut choices = schema.get(key).and_then(Value::as_array).into_iter().flatten();
            if let Some(choice) = choices.find(|choice| !is_null(choice)) {
                return self.value(choice, everything, depth + 1);
            }
        }
        let kind = schema.get("type").map(form::names).unwrap_or_default();
        match kind.into_iter().find(|name| *name != "null") {
            Some("object") => self.object(schema, everything, depth),
            Some("array") => {
                let items = schema.get("items");
                let item = items.map(|items| self.value(items, everything, depth + 1));
                Value::Array(item.into_iter().collect())
            }
            Some("string") => json!("…"),
            Some("boolean") => json!(false),
            Some("integer") => json!(least(schema).map_or(1, |least| least.ceil() as i64)),
            Some("number") => json!(least(schema).unwrap_or(1.0)),
            _ if schema.get("properties").is_some() => self.object(schema, everything, depth),
            _ => Value::Null,
        }
    }
}

/// A small number within the limits of a schema: 1 where it is allowed.
fn least(schema: &Value) -> Option<f64> {
    let limit = |key: &str| schema.get(key).and_then(Value::as_f64);
    let above = limit("exclusiveMinimum").map(|limit| limit + 1.0);
    let least = limit("minimum").or(above).filter(|least| *least > 1.0);
    let below = limit("exclusiveMaximum").map(|limit| limit / 2.0);
    least.or_else(|| limit("maximum").or(below).filter(|most| *most < 1.0))
}

fn merge(into: &mut Value, more: Value) {
    if let (Some(into), Value::Object(more)) = (into.as_object_mut(), more) {
        into.extend(more);
    }
}

/// What a choice requires may be described beside it.
fn merge_required(schema: &Schema, into: &mut Value, choice: &Value) {
    for name in choice.get("required").and_then(Value::as_array).into_iter().flatten() {
        let name = name.as_str().unwrap_or_default();
        let property = schema.root.pointer("/properties").and_then(|all| all.get(name));
        if let (Some(property), Some(into)) = (property, into.as_object_mut()) {
            into.entry(name).or_insert_with(|| schema.value(property, false, 1));
        }
    }
}

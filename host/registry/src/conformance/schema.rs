//! Schema: whether a JSON Schema is well formed, what it says of an empty object, and settings that it
//! would allow. Checked by hand, because this is all that is asked and a validator is large.

mod example;
mod form;

use serde_json::Value;
use thiserror::Error;

/// Schemas nest, and may refer to themselves.
const DEPTH: usize = 16;

/// A schema that is well formed.
#[derive(Debug)]
pub(super) struct Schema {
    root: Value,
}

/// A schema that is none.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(super) enum SchemaFault {
    #[error("it is no JSON: {cause}")]
    NotJson { cause: String },
    #[error("it is no JSON object, so it says nothing about settings")]
    NotAnObject,
    #[error("at `{place}`: {problem}")]
    Malformed { place: String, problem: String },
}

impl Schema {
    pub(super) fn parse(text: &str) -> Result<Self, SchemaFault> {
        let root: Value = serde_json::from_str(text)
            .map_err(|error| SchemaFault::NotJson { cause: error.to_string() })?;
        if !root.is_object() {
            return Err(SchemaFault::NotAnObject);
        }
        form::check(&root, &root, "#", 0)?;
        Ok(Self { root })
    }

    /// Whether `{}` follows it; none where a keyword is used that is not known here.
    pub(super) fn allows_empty_object(&self) -> Option<bool> {
        self.allows(&self.root, 0)
    }

    /// What it says of `{}`: keywords about members and other types have nothing to say.
    fn allows(&self, schema: &Value, depth: usize) -> Option<bool> {
        if depth == DEPTH {
            return None;
        }
        let schema = match schema {
            Value::Bool(allowed) => return Some(*allowed),
            Value::Object(schema) => schema,
            _ => return None,
        };
        if schema.contains_key("$dynamicRef") {
            return None;
        }
        let inner = |key: &str| schema.get(key).map(|inner| self.allows(inner, depth + 1));
        let each = |key: &str| -> Option<Vec<Option<bool>>> {
            let schemas = schema.get(key)?.as_array()?;
            Some(schemas.iter().map(|schema| self.allows(schema, depth + 1)).collect())
        };
        let empty = Value::Object(serde_json::Map::new());
        let mut parts: Vec<Option<bool>> = vec![
            Some(schema.get("type").is_none_or(|kind| form::names(kind).contains(&"object"))),
            Some(schema.get("required").and_then(Value::as_array).is_none_or(Vec::is_empty)),
            Some(
                schema.get("minProperties").and_then(Value::as_u64).is_none_or(|least| least == 0),
            ),
            Some(schema.get("const").is_none_or(|constant| *constant == empty)),
            Some(
                schema.get("enum").and_then(Value::as_array).is_none_or(|all| all.contains(&empty)),
            ),
        ];
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            parts.push(
                form::target(&self.root, reference).and_then(|at| self.allows(at, depth + 1)),
            );
        }
        parts.extend(each("allOf").unwrap_or_default());
        parts.extend(each("anyOf").map(|all| any(&all)));
        parts.extend(each("oneOf").map(|all| exactly_one(&all)));
        parts.extend(inner("not").map(|allowed| allowed.map(|allowed| !allowed)));
        if let Some(condition) = inner("if") {
            let branch = |key| inner(key).unwrap_or(Some(true));
            parts.push(condition.and_then(|holds| branch(if holds { "then" } else { "else" })));
        }
        all(&parts)
    }
}

fn all(parts: &[Option<bool>]) -> Option<bool> {
    match parts {
        _ if parts.contains(&Some(false)) => Some(false),
        _ if parts.contains(&None) => None,
        _ => Some(true),
    }
}

fn any(parts: &[Option<bool>]) -> Option<bool> {
    match parts {
        _ if parts.contains(&Some(true)) => Some(true),
        _ if parts.contains(&None) => None,
        _ => Some(false),
    }
}

fn exactly_one(parts: &[Option<bool>]) -> Option<bool> {
    let holding = parts.iter().filter(|part| **part == Some(true)).count();
    (!parts.contains(&None) || holding > 1).then_some(holding == 1)
}

#[cfg(test)]
mod tests;

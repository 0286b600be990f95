//! Form: whether every keyword of a schema has a value of its kind.

use serde_json::Value;

use super::{DEPTH, SchemaFault};

/// Keywords whose value is a schema.
const SCHEMA: &[&str] = &[
    "additionalProperties",
    "propertyNames",
    "items",
    "contains",
    "not",
    "if",
    "then",
    "else",
    "unevaluatedItems",
    "unevaluatedProperties",
    "contentSchema",
];
/// Keywords whose value is a list of at least one schema.
const SCHEMAS: &[&str] = &["allOf", "anyOf", "oneOf", "prefixItems"];
/// Keywords whose value is a map to schemas.
const SCHEMA_BY_NAME: &[&str] = &["properties", "patternProperties", "$defs", "dependentSchemas"];
/// Keywords whose value is a number.
const NUMBER: &[&str] = &["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"];
/// Keywords whose value counts something.
const COUNT: &[&str] = &[
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
    "minContains",
    "maxContains",
];
/// Keywords whose value is text.
const TEXT: &[&str] =
    &["$schema", "$id", "$ref", "$anchor", "$comment", "title", "description", "format", "pattern"];
/// Keywords whose value is true or false.
const TRUTH: &[&str] = &["uniqueItems", "deprecated", "readOnly", "writeOnly"];
/// The types that there are.
const TYPES: &[&str] = &["null", "boolean", "object", "array", "number", "string", "integer"];

/// Checks a schema and those inside of it.
pub(super) fn check(
    root: &Value,
    schema: &Value,
    place: &str,
    depth: usize,
) -> Result<(), SchemaFault> {
    if schema.is_boolean() || depth == DEPTH {
        return Ok(());
    }
    let fault = |place: String, problem: &str| {
        Err(SchemaFault::Malformed { place, problem: problem.to_owned() })
    };
    let Some(members) = schema.as_object() else {
        return fault(place.to_owned(), "a schema is an object, true or false");
    };
    for (key, value) in members {
        let place = format!("{place}/{key}");
        let key = key.as_str();
        if let Some(problem) = problem(root, key, value) {
            return fault(place, problem);
        }
        if SCHEMA.contains(&key) {
            check(root, value, &place, depth + 1)?;
        }
        if SCHEMAS.contains(&key) {
            for (number, schema) in value.as_array().into_iter().flatten().enumerate() {
                check(root, schema, &format!("{place}/{number}"), depth + 1)?;
            }
        }
        if SCHEMA_BY_NAME.contains(&key) {
            for (name, schema) in value.as_object().into_iter().flatten() {
                check(root, schema, &format!("{place}/{name}"), depth + 1)?;
            }
        }
    }
    Ok(())
}

/// What is wrong with the value of a keyword. Unknown keywords are notes and never wrong.
fn problem(root: &Value, key: &str, value: &Value) -> Option<&'static str> {
    let unless = |good: bool, problem| (!good).then_some(problem);
    let list = || value.as_array().filter(|list| !list.is_empty());
    match key {
        "type" => {
            let names = names(value);
            let known = names.iter().all(|name| TYPES.contains(name));
            unless(
                known && !names.is_empty(),
                "a type is one of the seven of JSON Schema, or a list",
            )
        }
        "$ref" => match value.as_str() {
            Some(reference) if reference.starts_with('#') => {
                unless(target(root, reference).is_some(), "it refers to what is not in the schema")
            }
            Some(_) => Some("it refers to another document, which nobody here can read"),
            None => Some("a reference is text"),
        },
        "required" => {
            let names = value.as_array().filter(|names| names.iter().all(Value::is_string));
            unless(names.is_some(), "it is a list of names")
        }
        "enum" => unless(list().is_some(), "it is a list of at least one value"),
        "multipleOf" => {
            unless(value.as_f64().is_some_and(|number| number > 0.0), "it is a number above zero")
        }
        _ if SCHEMAS.contains(&key) => {
            unless(list().is_some(), "it is a list of at least one schema")
        }
        _ if SCHEMA_BY_NAME.contains(&key) => {
            unless(value.is_object(), "it is an object of schemas by name")
        }
        _ if NUMBER.contains(&key) => unless(value.is_number(), "it is a number"),
        _ if COUNT.contains(&key) => {
            let whole = value.as_f64().is_some_and(|count| count >= 0.0 && count.fract() == 0.0);
            unless(whole, "it is a whole number, not below zero")
        }
        _ if TEXT.contains(&key) => unless(value.is_string(), "it is text"),
        _ if TRUTH.contains(&key) => unless(value.is_boolean(), "it is true or false"),
        _ => None,
    }
}

/// The names in a `type`.
pub(super) fn names(kind: &Value) -> Vec<&str> {
    match kind {
        Value::String(one) => vec![one],
        Value::Array(several) => several.iter().map(|one| one.as_str().unwrap_or("")).collect(),
        _ => Vec::new(),
    }
}

/// The schema that a reference leads to.
pub(super) fn target<'a>(root: &'a Value, reference: &str) -> Option<&'a Value> {
    let pointer = reference.strip_prefix('#')?;
    // An anchor can stand anywhere, and is not looked for.
    if !pointer.is_empty() && !pointer.starts_with('/') {
        return Some(&Value::Bool(true));
    }
    root.pointer(pointer)
}

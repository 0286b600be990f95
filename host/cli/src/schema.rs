//! Schema: a JSON Schema of settings as an outline for people.

use std::fmt::Write;

use serde_json::{Map, Value};

/// Width of the outline in characters.
const WIDTH: usize = 100;
/// Schemas that contain themselves would never end.
const DEPTH: usize = 6;

/// Renders the settings that a schema allows; a schema that is none is said to be so.
pub(crate) fn outline(schema: &str) -> String {
    let Ok(root) = serde_json::from_str::<Value>(schema) else {
        return "  (the component gives no readable schema)\n".to_owned();
    };
    let mut outline = Outline { root: &root, text: String::new() };
    outline.properties(&root, 1);
    if outline.text.is_empty() {
        return "  (none)\n".to_owned();
    }
    outline.text
}

/// A paragraph, indented and broken into lines.
pub(crate) fn wrapped(text: &str, indent: usize) -> String {
    let indent = " ".repeat(indent);
    let mut lines = String::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        let width = indent.len() + line.chars().count() + word.chars().count();
        if !line.is_empty() && width >= WIDTH {
            writeln!(lines, "{indent}{line}").expect("a string takes text");
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    writeln!(lines, "{indent}{line}").expect("a string takes text");
    lines
}

struct Outline<'a> {
    root: &'a Value,
    text: String,
}

impl<'a> Outline<'a> {
    fn properties(&mut self, schema: &'a Value, depth: usize) {
        let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return };
        let required = schema.get("required").and_then(Value::as_array);
        let required = |name: &str| {
            required.is_some_and(|names| names.iter().any(|other| other.as_str() == Some(name)))
        };
        let indent = "  ".repeat(depth);
        for (name, property) in properties {
            let mut line = format!("{indent}{name}: {}", self.kind(property, 0));
            line.push_str(&limits(property));
            if required(name) {
                line.push_str(", required");
            }
            match property.get("default") {
                None | Some(Value::Null) => {}
                Some(default) => write!(line, ", default {default}").expect("a string takes text"),
            }
            self.text.push_str(&shortened(&line));
            self.text.push('\n');
            let target = self.resolve(property);
            let about = [property, target].into_iter().find_map(|schema| schema.get("description"));
            if let Some(about) = about.and_then(Value::as_str) {
                self.paragraph(about, depth + 2);
            }
            for alternative in alternatives(target) {
                self.choice(alternative, depth + 2);
            }
            if depth < DEPTH {
                self.nested(property, depth + 1);
            }
        }
    }

    /// What is inside of an object, of the members of a list, and of the values of a map.
    fn nested(&mut self, schema: &'a Value, depth: usize) {
        let target = self.resolve(schema);
        self.properties(target, depth);
        for inner in ["items", "additionalProperties"] {
            if let Some(inner) = target.get(inner).filter(|inner| inner.is_object()) {
                self.nested(inner, depth);
            }
        }
        for alternative in alternatives(target) {
            self.nested(alternative, depth);
        }
    }

    /// What one of several constants means.
    fn choice(&mut self, alternative: &'a Value, depth: usize) {
        let about = alternative.get("description").and_then(Value::as_str);
        if let (Some(constant), Some(about)) = (alternative.get("const"), about) {
            self.paragraph(&format!("{constant}: {about}"), depth);
        }
    }

    fn paragraph(&mut self, text: &str, depth: usize) {
        self.text.push_str(&wrapped(text, 2 * depth));
    }

    /// Follows references, as far as they lead.
    fn resolve(&self, schema: &'a Value) -> &'a Value {
        let mut schema = schema;
        for _ in 0..DEPTH {
            let Some(reference) = schema.get("$ref").and_then(Value::as_str) else { break };
            let pointer = reference.strip_prefix('#').unwrap_or(reference);
            let Some(target) = self.root.pointer(pointer) else { break };
            schema = target;
        }
        schema
    }

    /// What a value is, in words.
    fn kind(&self, schema: &'a Value, depth: usize) -> String {
        let schema = self.resolve(schema);
        if let Some(constant) = schema.get("const") {
            return constant.to_string();
        }
        if let Some(values) = schema.get("enum").and_then(Value::as_array) {
            return values.iter().map(Value::to_string).collect::<Vec<_>>().join(" | ");
        }
        let parts: Vec<String> = alternatives(schema)
            .filter(|_| depth < DEPTH)
            .map(|alternative| self.kind(alternative, depth + 1))
            .collect();
        if !parts.is_empty() {
            return parts.join(" | ");
        }
        let inner = |key: &str| {
            let inner = schema.get(key).filter(|inner| inner.is_object() && depth < DEPTH);
            inner.map(|inner| self.kind(inner, depth + 1))
        };
        match types(schema).as_slice() {
            ["array"] => inner("items").map_or("list".to_owned(), |kind| format!("list of {kind}")),
            ["object"] if !schema.get("properties").is_some_and(Value::is_object) => {
                inner("additionalProperties")
                    .map_or("object".to_owned(), |kind| format!("map to {kind}"))
            }
            [] => "any".to_owned(),
            types => types.join(" | "),
        }
    }
}

/// The schemas that a value may follow, but for `null`.
fn alternatives(schema: &Value) -> impl Iterator<Item = &Value> {
    ["anyOf", "oneOf"]
        .into_iter()
        .filter_map(|key| schema.get(key)?.as_array())
        .flatten()
        .filter(|alternative| alternative.get("type").and_then(Value::as_str) != Some("null"))
}

fn types(schema: &Value) -> Vec<&str> {
    match schema.get("type") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(several)) => {
            several.iter().filter_map(Value::as_str).filter(|one| *one != "null").collect()
        }
        _ => Vec::new(),
    }
}

fn limits(schema: &Value) -> String {
    let signs =
        [("minimum", "≥"), ("exclusiveMinimum", ">"), ("maximum", "≤"), ("exclusiveMaximum", "<")];
    let limit = |(key, sign)| {
        schema
            .as_object()
            .and_then(|schema: &Map<String, Value>| schema.get(key))
            .map(|limit| format!(", {sign} {limit}"))
    };
    signs.into_iter().filter_map(limit).collect()
}

fn shortened(line: &str) -> String {
    if line.chars().count() <= WIDTH {
        return line.to_owned();
    }
    line.chars().take(WIDTH - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(schema: &str, expected: &str) {
        assert_eq!(outline(schema), expected, "{schema}");
    }

    #[test]
    fn settings_are_outlined_with_type_default_and_meaning() {
        check(
            r##"{"type": "object", "required": ["replicas"],
                "properties": {
                    "replicas": {"type": "integer", "minimum": 0, "description": "How many."},
                    "combine": {"$ref": "#/$defs/Combine", "default": "any"},
                    "note": {"type": ["string", "null"], "default": null}},
                "$defs": {"Combine": {"description": "How.", "enum": ["any", "all"]}}}"##,
            "  combine: \"any\" | \"all\", default \"any\"\n      How.\n  note: string\n  \
             replicas: integer, ≥ 0, required\n      How many.\n",
        );
    }

    #[test]
    fn lists_and_objects_are_outlined_inside() {
        check(
            r##"{"properties": {"metrics": {"type": "array", "items": {"$ref": "#/$defs/M"}}},
                "$defs": {"M": {"type": "object", "properties": {
                    "kind": {"oneOf": [{"const": "a"}, {"const": "b"}]},
                    "target": {"anyOf": [{"type": "number"}, {"type": "null"}]}}}}}"##,
            "  metrics: list of object\n    kind: \"a\" | \"b\"\n    target: number\n",
        );
    }

    #[test]
    fn schemas_without_settings_or_end_are_no_trouble() {
        check(r#"{"type": "object"}"#, "  (none)\n");
        check("{", "  (the component gives no readable schema)\n");
        check("true", "  (none)\n");
        let circle = r##"{"properties": {"next": {"$ref": "#"}}}"##;
        assert!(outline(circle).lines().count() <= DEPTH);
        let reference = r##"{"properties": {"a": {"$ref": "#/$defs/A"}}, "$defs": {"A": {"$ref": "#/$defs/A"}}}"##;
        check(reference, "  a: any\n");
    }
}

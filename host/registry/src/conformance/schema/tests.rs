use serde_json::json;

use super::*;

fn fault(text: &str) -> String {
    Schema::parse(text).map_or_else(|fault| fault.to_string(), |_| "none".to_owned())
}

#[test]
fn what_is_no_schema_is_named_with_its_place() {
    for (text, words) in [
        ("", "no JSON"),
        ("{", "no JSON"),
        ("17", "no JSON object"),
        ("true", "no JSON object"),
        (r#"{"type": "objekt"}"#, "#/type"),
        (r#"{"type": []}"#, "#/type"),
        (r#"{"type": 3}"#, "#/type"),
        (r#"{"required": "replicas"}"#, "#/required"),
        (r#"{"required": [1]}"#, "#/required"),
        (r#"{"properties": []}"#, "#/properties"),
        (r#"{"properties": {"a": 1}}"#, "#/properties/a"),
        (r#"{"properties": {"a": {"minimum": "0"}}}"#, "#/properties/a/minimum"),
        (r#"{"anyOf": []}"#, "#/anyOf"),
        (r#"{"anyOf": [{"enum": []}]}"#, "#/anyOf/0/enum"),
        (r##"{"$ref": "#/$defs/Gone"}"##, "#/$ref"),
        (r#"{"$ref": "https://example.org/schema"}"#, "#/$ref"),
        (r#"{"minLength": -1}"#, "#/minLength"),
        (r#"{"multipleOf": 0}"#, "#/multipleOf"),
        (r#"{"description": 7}"#, "#/description"),
        (r#"{"uniqueItems": "yes"}"#, "#/uniqueItems"),
    ] {
        assert!(fault(text).contains(words), "{text}: {}", fault(text));
    }
    for good in ["{}", r#"{"x-note": [1], "properties": {"a": true}}"#, r##"{"$ref": "#"}"##] {
        assert_eq!(fault(good), "none", "{good}");
    }
}

#[test]
fn what_a_schema_says_of_nothing_is_told_to_the_letter() {
    let check = |schema: Value, expected| {
        let parsed = Schema::parse(&schema.to_string()).unwrap();
        assert_eq!(parsed.allows_empty_object(), expected, "{schema}");
    };
    check(json!({}), Some(true));
    check(json!({"type": "object", "properties": {"a": {"type": "string"}}}), Some(true));
    check(json!({"type": "object", "required": ["a"]}), Some(false));
    check(json!({"type": ["null", "object"]}), Some(true));
    check(json!({"type": "string"}), Some(false));
    check(json!({"minProperties": 1}), Some(false));
    check(json!({"anyOf": [{"required": ["a"]}, {"required": ["b"]}]}), Some(false));
    check(json!({"oneOf": [{}, {"required": ["b"]}]}), Some(true));
    check(json!({"oneOf": [{}, {}]}), Some(false));
    check(json!({"allOf": [{}, {"required": ["b"]}]}), Some(false));
    check(json!({"not": {"required": ["a"]}}), Some(true));
    check(json!({"if": {"required": ["a"]}, "else": {"required": ["b"]}}), Some(false));
    check(json!({"$ref": "#/$defs/A", "$defs": {"A": {"required": ["a"]}}}), Some(false));
    check(json!({"$dynamicRef": "#a"}), None);
    check(json!({"$ref": "#"}), None);
}

#[test]
fn an_example_has_what_is_required() {
    let schema = json!({
        "type": "object", "required": ["replicas", "mode", "inner"],
        "properties": {
            "replicas": {"type": "integer", "minimum": 2},
            "mode": {"enum": ["fast", "slow"]},
            "note": {"type": "string"},
            "inner": {"$ref": "#/$defs/Inner"}},
        "$defs": {"Inner": {"type": "object", "required": ["share"],
                            "properties": {"share": {"type": "number", "maximum": 0.5}}}}});
    let examples = Schema::parse(&schema.to_string()).unwrap().examples();
    let first = json!({"replicas": 2, "mode": "fast", "inner": {"share": 0.5}});
    assert_eq!(examples[0], first);
    assert!(examples.iter().any(|example| example.get("note").is_some()), "{examples:?}");
}

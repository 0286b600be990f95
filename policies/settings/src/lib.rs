//! Settings of a guest: parsed from JSON with a path to what is wrong, described by a JSON Schema.

use schemars::JsonSchema;
use serde::de::DeserializeOwned;

/// A complaint about settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingError {
    /// JSON Pointer into the settings; empty for the whole document.
    pub path: String,
    /// What is wrong and what would be right.
    pub message: String,
}

impl SettingError {
    /// A complaint about the value at `path` (a JSON Pointer).
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into() }
    }
}

/// Parses settings; blank text counts as `{}`, so that every default applies.
pub fn parse<T: DeserializeOwned>(text: &str) -> Result<T, SettingError> {
    let text = if text.trim().is_empty() { "{}" } else { text };
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value: T = serde_path_to_error::deserialize(&mut deserializer)
        .map_err(|error| SettingError::new(pointer(error.path()), said(error.inner())))?;
    deserializer.end().map_err(|error| SettingError::new("", said(&error)))?;
    Ok(value)
}

/// The parser's words. Line and column are left out unless the text is no JSON at all, because people
/// write settings in another file than the one that is parsed here.
fn said(error: &serde_json::Error) -> String {
    let said = error.to_string();
    match (error.classify(), said.rsplit_once(" at line ")) {
        (serde_json::error::Category::Data, Some((said, _))) => said.to_owned(),
        _ => said,
    }
}

/// The JSON Schema of settings, as text.
pub fn schema<T: JsonSchema>() -> String {
    serde_json::to_string(&schemars::schema_for!(T)).expect("a schema is plain JSON")
}

/// `a.b[2]` as the JSON Pointer `/a/b/2`.
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .map(|segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
            Segment::Enum { variant } => format!("/{variant}"),
            Segment::Unknown => "/?".to_owned(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use schemars::JsonSchema;
    use serde::Deserialize;

    #[derive(Debug, Default, Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields, default)]
    struct Sample {
        replicas: u32,
        steps: Vec<u8>,
    }

    #[test]
    fn names_the_place_of_a_wrong_value() {
        let error = parse::<Sample>(r#"{"steps": [1, "two"]}"#).unwrap_err();
        assert_eq!(error.path, "/steps/1");
        assert_eq!(error.message, "invalid type: string \"two\", expected u8");
    }

    #[test]
    fn refuses_unknown_fields_and_trailing_text() {
        assert!(parse::<Sample>(r#"{"replica": 1}"#).unwrap_err().message.contains("replica"));
        assert!(parse::<Sample>("{} {}").is_err());
    }

    #[test]
    fn blank_text_means_defaults() {
        let sample = parse::<Sample>(" ").unwrap();
        assert_eq!((sample.replicas, sample.steps.len()), (0, 0));
    }

    #[test]
    fn schema_names_every_setting() {
        let schema = schema::<Sample>();
        assert!(schema.contains("\"replicas\"") && schema.contains("\"steps\""), "{schema}");
    }
}

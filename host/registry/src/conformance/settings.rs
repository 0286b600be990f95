//! Settings: the schema, `validate-settings` and `init` say the same.

use sandbox::LoadError;
use serde_json::Value;

use super::NeedsSettings;
use super::schema::Schema;
use super::subject::Subject;
use super::verdict::{Outcome, quoted};

/// Texts that somebody might give as settings.
const TEXTS: [&str; 8] =
    ["{}", "", "{\"", "null", "[]", "\"text\"", "17", r#"{"no-such-setting": 1}"#];

/// The schema is one, and says of `{}` what `validate-settings` says.
pub(super) fn schema(subject: &impl Subject) -> Outcome {
    let done = "the settings schema of `describe` was read";
    let schema = match Schema::parse(subject.schema()) {
        Ok(schema) => schema,
        Err(fault) => {
            return Outcome::broken(
                done,
                fault.to_string(),
                "give a JSON object in the terms of JSON Schema (draft 2020-12), such as \
                 {\"type\": \"object\", \"properties\": {}}",
            );
        }
    };
    let allowed = schema.allows_empty_object();
    let accepted = match subject.validate("{}") {
        Ok(()) => Ok(()),
        Err(LoadError::Settings(error)) => Err(error.to_string()),
        // Said elsewhere.
        Err(_) => return Outcome::kept(""),
    };
    match (allowed, accepted) {
        (Some(true), Err(complaint)) => Outcome::broken(
            "{} was put to the schema and to `validate-settings`",
            format!("the schema allows it, and `validate-settings` says: {}", quoted(&complaint)),
            "name in the schema's `required` what has no default (with `anyOf` where there is a \
             choice), or give it a default",
        ),
        (Some(false), Ok(())) => Outcome::broken(
            "{} was put to the schema and to `validate-settings`",
            "the schema does not allow it, and `validate-settings` accepts it",
            "take what has a default out of the schema's `required`",
        ),
        (Some(true), Ok(())) => Outcome::kept("{} is good"),
        (Some(false), Err(_)) => Outcome::kept("{} is not enough, by both"),
        (None, _) => Outcome::kept("what it says of {} cannot be told"),
    }
}

/// `init` takes what `validate-settings` accepts, and nothing else; neither traps.
pub(super) fn agreement(subject: &impl Subject) -> Outcome {
    let tried = TEXTS.iter().copied().chain([subject.settings()]);
    let mut count = 0;
    for text in tried {
        let validated = judged(subject.validate(text));
        let made = judged(subject.make_with(text, 0).map(drop));
        let done = format!("the settings `{}` were put to both", quoted(text));
        count += 1;
        let seen = match (validated, made) {
            (Judged::Broken(cause), _) | (_, Judged::Broken(cause)) => {
                let change = "complain in words about whatever text comes, and never panic";
                return Outcome::broken(done, cause, change);
            }
            (Judged::Accepted, Judged::Refused(complaint)) => {
                format!("`validate-settings` accepts them, and `init` says: {complaint}")
            }
            (Judged::Refused(complaint), Judged::Accepted) => {
                format!("`init` takes them, and `validate-settings` says: {complaint}")
            }
            _ => continue,
        };
        return Outcome::broken(done, seen, "let both use the same function");
    }
    Outcome::kept(format!("{count} texts"))
}

enum Judged {
    Accepted,
    Refused(String),
    Broken(String),
}

fn judged(result: Result<(), LoadError>) -> Judged {
    match result {
        Err(LoadError::Settings(error)) => Judged::Refused(quoted(&error.to_string())),
        Err(error @ LoadError::Trapped { .. }) => Judged::Broken(quoted(&error.to_string())),
        // What it asks for may still be wrong; that is no matter of its settings' form.
        Ok(()) | Err(_) => Judged::Accepted,
    }
}

/// Settings to begin with, if `{}` is not enough.
pub(super) fn needed(subject: &impl Subject) -> Option<NeedsSettings> {
    let Err(LoadError::Settings(error)) = subject.validate("{}") else { return None };
    let examples = Schema::parse(subject.schema()).map(|schema| schema.examples());
    let texts: Vec<String> = examples.unwrap_or_default().iter().map(Value::to_string).collect();
    let good = texts.iter().find(|text| subject.validate(text).is_ok());
    let accepted = good.is_some();
    let example = good.or_else(|| texts.first()).filter(|text| *text != "{}").cloned();
    Some(NeedsSettings { complaints: error.to_string(), example, accepted })
}

/// The description of a second instance against that of the first.
pub(super) fn described(one: &impl Subject, again: &impl Subject) -> Outcome {
    let other = again.described();
    let differing = one.described().into_iter().zip(other).find(|(one, other)| one != other);
    match differing {
        None => Outcome::kept(""),
        Some(((field, one), (_, other))) => Outcome::broken(
            "two new instances were asked to describe themselves",
            format!("the {field} of one is `{}`, of the other `{}`", quoted(&one), quoted(&other)),
            "let `describe` give constants",
        ),
    }
}

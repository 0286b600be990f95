//! Verdict: what became of one item, in words for the module's author.

use super::Item;

/// What became of one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The rule.
    pub item: Item,
    /// Whether it was kept.
    pub outcome: Outcome,
}

/// Whether a rule was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was; with a remark, which may be empty.
    Kept(String),
    /// It was not.
    Broken(Finding),
    /// It was not looked at, for this reason.
    Skipped(String),
}

/// A rule that was broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was done.
    pub done: String,
    /// What was seen.
    pub seen: String,
    /// What the author must change.
    pub change: String,
}

impl Outcome {
    pub(super) fn broken(
        done: impl Into<String>,
        seen: impl Into<String>,
        change: impl Into<String>,
    ) -> Self {
        Outcome::Broken(Finding { done: done.into(), seen: seen.into(), change: change.into() })
    }

    pub(super) fn skipped(why: impl Into<String>) -> Self {
        Outcome::Skipped(why.into())
    }

    pub(super) fn kept(remark: impl Into<String>) -> Self {
        Outcome::Kept(remark.into())
    }
}

/// What a stranger wrote, fit for a line on a terminal.
pub(super) fn quoted(text: &str) -> String {
    const CHARACTERS: usize = 160;
    let mut shown = String::new();
    for character in text.chars() {
        if shown.chars().count() >= CHARACTERS {
            shown.push('…');
            break;
        }
        if character.is_control() {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    shown
}

/// Names in words.
pub(super) fn listed<'a>(what: &str, names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.collect();
    if names.is_empty() { format!("no {what}") } else { format!("{what} {}", names.join(", ")) }
}

//! Hostile: a corpus of attacks, and what the sandbox makes of each.

mod answers;
mod breaks;
mod case;
mod chance;
mod crowds;
mod deadlines;
mod descriptions;
mod features;
mod flips;
mod forms;
mod handles;
mod imports;
mod lists;
mod logs;
mod ordeal;
mod reallocs;
mod secrets;
mod snapshots;
mod space;
mod stack;
mod template;
mod texts;
mod time;

use case::Hostile;

/// Every attack that may be compiled in this process.
pub(crate) fn corpus() -> Vec<Hostile> {
    [
        answers::cases(),
        breaks::cases(),
        chance::cases(),
        descriptions::cases(),
        features::cases(),
        forms::cases(),
        handles::cases(),
        imports::cases(),
        lists::cases(),
        logs::cases(),
        reallocs::cases(),
        space::cases(),
        stack::cases(),
        texts::cases(),
        time::cases(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[test]
fn names_are_given_once() {
    let mut names: Vec<String> = corpus().into_iter().map(|hostile| hostile.name).collect();
    names.sort();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count);
}

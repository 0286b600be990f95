//! Conformance: whether a module keeps the interface's promises, item by item, with what its author
//! must change. The gate keeps the host safe; this keeps the module's users from surprises.
//!
//! Every item makes instances of its own and puts the same made-up turns to them, so the findings
//! depend on the module and its settings alone.

mod constancy;
mod item;
mod manners;
mod plausible;
mod play;
mod policy_subject;
mod reward_subject;
mod scenario;
mod scene;
mod schema;
mod settings;
mod state;
mod subject;
mod survey;
mod turn;
mod verdict;

use sandbox::{Component, LoadError};

pub use item::Item;
pub use turn::MadeUpTurn;
pub use verdict::{Finding, Outcome, Verdict};

use constancy::Course;
use policy_subject::PolicySubject;
use reward_subject::RewardSubject;
use subject::Subject;
use survey::Survey;

/// Turns that must come through before more can be told from them.
const ENOUGH_TURNS: usize = 8;

/// What was found, one verdict an item in the order of [`Item::ALL`]; items that are not of the
/// module's world are absent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conformance {
    /// The verdicts.
    pub verdicts: Vec<Verdict>,
    /// What it says without settings, if it needs some and was given none.
    pub needs_settings: Option<NeedsSettings>,
}

/// A module that does not start without settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NeedsSettings {
    /// What it says about `{}`.
    pub complaints: String,
    /// Settings (JSON text) made from its schema.
    pub example: Option<String>,
    /// Whether it takes the example.
    pub accepted: bool,
}

impl Conformance {
    /// The items that were broken.
    pub fn findings(&self) -> impl Iterator<Item = (Item, &Finding)> {
        self.verdicts.iter().filter_map(|verdict| match &verdict.outcome {
            Outcome::Broken(finding) => Some((verdict.item, finding)),
            _ => None,
        })
    }
}

/// Holds a module that has passed the gate to the interface, under these settings (JSON text; `{}`
/// without). `again` is the same module, linked and described a second time.
pub fn conformance(
    component: &Component,
    again: &Component,
    settings: Option<&str>,
) -> Conformance {
    let tried = settings.unwrap_or("{}");
    match (component, again) {
        (Component::Policy(component), Component::Policy(again)) => {
            let one = PolicySubject { component, settings: tried };
            let again = PolicySubject { component: again, settings: tried };
            hold(&one, &again, settings.is_some())
        }
        (Component::Reward(component), Component::Reward(again)) => {
            let one = RewardSubject { component, settings: tried };
            let again = RewardSubject { component: again, settings: tried };
            hold(&one, &again, settings.is_some())
        }
        _ => {
            let outcome = Outcome::broken(
                "it was linked twice",
                "it is a policy and then a reward function",
                "let `describe` give constants",
            );
            let verdicts = vec![Verdict { item: Item::Describe, outcome }];
            Conformance { verdicts, needs_settings: None }
        }
    }
}

fn hold<S: Subject>(subject: &S, again: &S, given: bool) -> Conformance {
    let mut outcomes = vec![
        (Item::Describe, settings::described(subject, again)),
        (Item::Schema, settings::schema(subject)),
        (Item::Settings, settings::agreement(subject)),
    ];
    let needs_settings = if given { None } else { settings::needed(subject) };
    let rest = match &needs_settings {
        Some(_) => Err("it does not start without settings".to_owned()),
        None => put_through(subject).map_err(|error| error.to_string()),
    };
    match rest {
        Ok(rest) => outcomes.extend(rest),
        // What cannot even be made has said so at the gate, or under other settings here.
        Err(why) => {
            let seen = outcomes.iter().map(|(item, _)| *item).collect::<Vec<_>>();
            let rest = of_world(subject).filter(|item| !seen.contains(item));
            outcomes.extend(rest.map(|item| (item, Outcome::skipped(why.clone()))));
        }
    }
    outcomes.sort_by_key(|(item, _)| *item);
    let verdict = |(item, outcome)| Verdict { item, outcome };
    Conformance { verdicts: outcomes.into_iter().map(verdict).collect(), needs_settings }
}

/// The items that make sense for a module of this world.
fn of_world<S: Subject>(subject: &S) -> impl Iterator<Item = Item> {
    let chance = subject.has_chance();
    let policies_only = |item: &Item| {
        use Item::{Company, Explanations, Learn, Order, Seed, Subset};
        matches!(item, Explanations | Learn | Seed | Order | Company | Subset)
    };
    Item::ALL.iter().copied().filter(move |item| chance || !policies_only(item))
}

fn put_through<S: Subject>(subject: &S) -> Result<Vec<(Item, Outcome)>, LoadError> {
    let survey = Survey::of(subject)?;
    let mut outcomes = vec![
        (Item::Init, constancy::init(subject)?),
        (Item::Answers, manners::answers(&survey)),
        (Item::Explanations, manners::explanations(&survey)),
        (Item::Traps, manners::traps(&survey)),
        (Item::Log, manners::log(&survey)),
        (Item::Learn, manners::learn(&survey)),
        (Item::Fuel, manners::fuel(subject, &survey)),
        (Item::Memory, manners::memory(subject, &survey)),
    ];
    let through = survey.frames.len();
    let course =
        (through >= ENOUGH_TURNS).then(|| Course::new(subject, survey.frames)).transpose()?;
    let too_few = || Outcome::skipped(format!("only {through} turns came through without a fault"));
    let state: &[Item] = if subject.stateful() {
        &[Item::Snapshot, Item::Subset, Item::Garbage]
    } else {
        &[Item::Stateless, Item::Garbage]
    };
    let by_row: &[Item] = &[Item::Order, Item::Company];
    for item in [&[Item::Repeat, Item::Seed, Item::Forget], by_row, state].concat() {
        let outcome = match &course {
            None => too_few(),
            Some(_) if by_row.contains(&item) && !subject.by_row() => {
                Outcome::skipped("its scope is `group`")
            }
            Some(course) => on_course(course, item)?,
        };
        outcomes.push((item, outcome));
    }
    let ours: Vec<Item> = of_world(subject).collect();
    outcomes.retain(|(item, _)| ours.contains(item));
    Ok(outcomes)
}

fn on_course<S: Subject>(course: &Course<'_, S>, item: Item) -> Result<Outcome, LoadError> {
    match item {
        Item::Repeat => constancy::repeat(course),
        Item::Seed => constancy::seed(course),
        Item::Order => constancy::order(course),
        Item::Company => constancy::company(course),
        Item::Stateless => state::stateless(course),
        Item::Snapshot => state::snapshot(course),
        Item::Subset => state::subset(course),
        Item::Forget => state::forget(course),
        Item::Garbage => state::garbage(course),
        _ => Ok(Outcome::kept("")),
    }
}

#[cfg(test)]
mod tests;

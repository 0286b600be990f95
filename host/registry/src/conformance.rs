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
    /// There was no time for all of it.
    pub out_of_time: bool,
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
/// without). `again` is the same module, linked and described a second time. What is not done when
/// `out_of_time` says so is left out.
pub fn conformance(
    component: &Component,
    again: &Component,
    settings: Option<&str>,
    out_of_time: &dyn Fn() -> bool,
) -> Conformance {
    let tried = settings.unwrap_or("{}");
    match (component, again) {
        (Component::Policy(component), Component::Policy(again)) => {
            let one = PolicySubject { component, settings: tried, out_of_time };
            let again = PolicySubject { component: again, settings: tried, out_of_time };
            hold(&one, &again, settings.is_some())
        }
        (Component::Reward(component), Component::Reward(again)) => {
            let one = RewardSubject { component, settings: tried, out_of_time };
            let again = RewardSubject { component: again, settings: tried, out_of_time };
            hold(&one, &again, settings.is_some())
        }
        _ => {
            let outcome = Outcome::broken(
                "it was linked twice",
                "it is a policy and then a reward function",
                "let `describe` give constants",
            );
            let verdicts = vec![Verdict { item: Item::Describe, outcome }];
            Conformance { verdicts, needs_settings: None, out_of_time: false }
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
    Conformance {
        verdicts: outcomes.into_iter().map(verdict).collect(),
        needs_settings,
        out_of_time: subject.is_out_of_time(),
    }
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
    let init = (Item::Init, constancy::init(subject)?);
    let survey = Survey::of(subject)?;
    let seen = [
        (Item::Answers, manners::answers(&survey)),
        (Item::Explanations, manners::explanations(&survey)),
        (Item::Traps, manners::traps(&survey)),
        (Item::Log, manners::log(&survey)),
        (Item::Learn, manners::learn(&survey)),
        (Item::Memory, manners::memory(subject, &survey)),
        (Item::Fuel, manners::fuel(subject, &survey)),
    ];
    // A fault that was seen is one, however much there was no time to see.
    let seen = seen.map(|(item, outcome)| match outcome {
        Outcome::Kept(_) if subject.is_out_of_time() => (item, too_late()),
        outcome => (item, outcome),
    });
    let mut outcomes = vec![init];
    outcomes.extend(seen);
    outcomes.extend(put_again(subject, survey)?);
    let ours: Vec<Item> = of_world(subject).collect();
    outcomes.retain(|(item, _)| ours.contains(item));
    Ok(outcomes)
}

/// The items that put the same turns again, in other ways.
fn put_again<S: Subject>(subject: &S, survey: Survey) -> Result<Vec<(Item, Outcome)>, LoadError> {
    let through = survey.frames.len();
    let enough = through >= ENOUGH_TURNS && !subject.is_out_of_time();
    let course = enough.then(|| Course::new(subject, survey.frames)).transpose()?;
    let state: &[Item] = if subject.stateful() {
        &[Item::Snapshot, Item::Subset, Item::Garbage]
    } else {
        &[Item::Stateless, Item::Garbage]
    };
    let by_row: &[Item] = &[Item::Order, Item::Company];
    let items = [&[Item::Repeat, Item::Seed, Item::Forget], by_row, state].concat();
    let outcome = |item| {
        let outcome = match &course {
            _ if subject.is_out_of_time() => too_late(),
            None => Outcome::skipped(format!("only {through} turns came through without a fault")),
            Some(_) if by_row.contains(&item) && !subject.by_row() => {
                Outcome::skipped("its scope is `group`")
            }
            Some(course) => on_course(course, item)?,
        };
        // What was cut short in the middle says nothing.
        Ok((item, if subject.is_out_of_time() { too_late() } else { outcome }))
    };
    items.into_iter().map(outcome).collect()
}

fn too_late() -> Outcome {
    Outcome::skipped("there was no time left")
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

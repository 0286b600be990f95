//! Failures of cells end at their border.

use super::*;

fn faulty(name: &str, make: crate::entry::MakePolicy) -> Entrant {
    let candidate = Candidate { label: String::new(), identity: name.into(), make };
    Entrant { candidates: vec![candidate], ..fixed(name, 0) }
}

fn steering(
    steer: impl Fn(&scaling::Batch<'_>, usize) -> scaling::Answer + Send + Sync + Copy + 'static,
) -> crate::entry::MakePolicy {
    Box::new(move |_| Ok(Box::new(Helmsman::new(steer))))
}

#[track_caller]
fn check(make: crate::entry::MakePolicy, message: &str) {
    let the_race = a_race(vec![faulty("faulty", make), fixed("one", 1)]);
    let results = ran(&the_race, &memory()).unwrap().results;
    assert_eq!(results.failures.len(), 5, "{message}");
    for failure in &results.failures {
        assert_eq!(failure.name.entrant, "faulty");
        assert_eq!(failure.message, message);
    }
    assert_eq!(results.cells.len(), 5, "the others go on");
    assert_eq!(results.notes[0].kind, "failed-cells");
    assert_eq!(results.summary("faulty", "replica_seconds"), None);
    assert!(results.comparisons.is_empty(), "there is nothing to compare with");
}

#[test]
fn a_cell_that_fails_is_told_and_the_rest_go_on() {
    check(
        Box::new(|_| Err("no such module".into())),
        "cannot make policy `faulty`: no such module",
    );
    check(steering(|_, _| panic!("keel over")), "panicked: keel over");
    check(steering(|_, row| panic!("row {row}")), "panicked: row 0");
}

#[test]
fn a_cluster_that_fails_fails_its_cells() {
    let mut the_race = a_race(vec![fixed("one", 1)]);
    the_race.courses[0].make = Box::new(|seed, split| {
        let mut pond = Pond::new(seed, split, 10, &[0]);
        pond.observe_fails_at = (seed == 3).then_some(4);
        Ok(Box::new(pond))
    });
    let results = ran(&the_race, &memory()).unwrap().results;
    assert_eq!(results.failures.len(), 1);
    assert_eq!(results.failures[0].name.seed, 3);
    assert_eq!(results.failures[0].message, "observing the pond failed: fog");
    assert_eq!(results.summary("one", "replica_seconds").unwrap().estimate.values, 4);
}

#[test]
fn a_period_that_no_ticks_make_up_is_refused() {
    let mut the_race = a_race(vec![fixed("one", 1)]);
    the_race.entrants[0].period = Some(Duration::from_millis(2500));
    assert_eq!(
        ran(&the_race, &memory()).unwrap_err().to_string(),
        "entrant `one` has a period of 2.5s, which is no multiple of the tick of 1s: change one of them"
    );
}

#[test]
fn a_reward_that_cannot_score_is_told_and_counts_nothing() {
    let mut the_race = a_race(vec![fixed("one", 1)]);
    the_race.rewards[0].make = Box::new(|| {
        Ok(Box::new(Umpire::new(|transitions| match transitions.after.tick {
            5 => Err(scaling::RewardError::Declined { message: "no wind".into() }),
            6 => Ok(vec![1.0; 7]),
            _ => Ok(vec![2.0; transitions.rows.len()]),
        })))
    });
    let results = ran(&the_race, &memory()).unwrap().results;
    let reward = &results.cells[0].overall.rewards[0];
    // Two workloads, eight ticks after the warm-up, two of them without a score.
    assert_eq!((reward.scored, reward.failed, reward.total), (12, 4, 24.0));
    assert_eq!(
        results.notes[0].text,
        "Reward thrifty could not score every tick: the reward function declined: no wind."
    );
}

#[test]
fn a_race_that_makes_no_sense_is_refused() {
    #[track_caller]
    fn refused(spoil: impl FnOnce(&mut Race), message: &str) {
        let mut the_race = a_race(vec![fixed("one", 1), fixed("two", 2)]);
        spoil(&mut the_race);
        assert_eq!(ran(&the_race, &memory()).unwrap_err().to_string(), message);
    }
    let training = |seeds: &[u64], reward: &str| crate::entry::Training {
        episodes: 1,
        seeds: seeds.to_vec(),
        reward: reward.into(),
    };
    refused(|race| race.tick = Duration::ZERO, "the tick is zero: give it a length");
    refused(|race| race.seeds.clear(), "the race has no seeds: name at least one");
    refused(|race| race.seeds.push(1), "two seeds are called `1`: rename one");
    refused(
        |race| race.entrants[1].name = "one".into(),
        "two entrants are called `one`: rename one",
    );
    refused(
        |race| race.reference = Some("three".into()),
        "the race names the reference `three`, which is none of one, two",
    );
    refused(
        |race| race.entrants[0].candidates.push(candidate(3)),
        "entrant `one` has 2 candidates and no tuning: name an objective",
    );
    refused(
        |race| race.entrants[0].learning = Learning::Beforehand(training(&[9], "bold")),
        "entrant `one` names the reward `bold`, which is none of thrifty",
    );
    refused(
        |race| race.entrants[0].learning = Learning::Beforehand(training(&[9, 2], "thrifty")),
        "entrant `one` trains on seed 2, which is raced on: choose another",
    );
}

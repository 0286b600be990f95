mod scene;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use self::scene::{
    TURNS, Wish, ignorant, learner, learner_with_log, rule, rule_every, rule_of, stubborn, world,
};
use super::*;
use crate::{Algorithm, TrainingSettings, evaluate, use_one_thread};

/// Scales when it is too late.
const SLUGGISH: Wish = Wish::Threshold(0.99, 0.3);

fn settings() -> BootstrapSettings {
    BootstrapSettings {
        explore: 0.3,
        check_every_steps: 1_000,
        minimum_steps: 2_000,
        ..BootstrapSettings::default()
    }
}

fn parts(
    settings: BootstrapSettings,
    agent: Dqn,
    rule: Box<dyn Policy>,
    seed: u64,
) -> BootstrapParts {
    let training = TrainingSettings {
        steps: 100_000,
        greedy_steps: 0,
        watch: false,
        worlds: 1,
        threads: 1,
        evaluate_every: 1_000,
        evaluation_episodes: 0,
        patience: None,
        enough: None,
    };
    let algorithm = Algorithm::Dqn(agent.settings().clone());
    let books = Books::new(training, algorithm, None, BTreeMap::new(), seed);
    let (world, is_simulated) = (world(), true);
    BootstrapParts { books, settings, agent, rule, period: None, world, is_simulated }
}

fn begin(settings: BootstrapSettings, agent: Dqn, wish: Wish, seed: u64) -> Bootstrap {
    Bootstrap::new(parts(settings, agent, rule(wish), seed)).unwrap()
}

/// Steps, and says who drives next.
fn step(bootstrap: &mut Bootstrap) -> Phase {
    bootstrap.step().unwrap();
    bootstrap.phase()
}

/// Steps until another drives, at most so many; the phase then.
fn until_change(bootstrap: &mut Bootstrap, most: u64) -> Phase {
    let before = bootstrap.phase();
    for _ in 0..most {
        if step(bootstrap) != before {
            break;
        }
    }
    bootstrap.phase()
}

/// Mean reward of a rule left alone.
fn reward_of(wish: Wish) -> f64 {
    let (mut world, mut rule) = (world(), rule(wish));
    let (mut sum, mut count) = (0.0, 0);
    for seed in 0..10 {
        world.reset((1 << 62) + seed).unwrap();
        loop {
            let goes_on = world.step_by(rule.as_mut()).unwrap();
            sum += world.lessons().scores.iter().sum::<f64>();
            count += world.lessons().len();
            if !goes_on {
                break;
            }
        }
    }
    sum / f64::from(count as u32)
}

/// Mean reward of an agent left alone.
fn reward_of_agent(agent: &dyn Agent) -> f64 {
    let seeds: Vec<u64> = (0..10).map(|seed| (1 << 62) + seed).collect();
    let episodes = evaluate(agent, &mut world(), &seeds).unwrap();
    crate::training::mean(episodes.iter().map(|episode| episode.reward))
}

#[test]
fn an_agent_that_learned_to_do_better_takes_over_and_does_better() {
    let burn = BurnSettings { window_turns: 200, budget: 0.25, times_the_rule: 1.0 };
    let mut bootstrap = begin(BootstrapSettings { burn, ..settings() }, learner(4), SLUGGISH, 4);
    assert_eq!(until_change(&mut bootstrap, 20_000), Phase::Agent);
    let check = *bootstrap.report().checks.last().unwrap();
    assert!(check.interval.low > 0.0 && check.agent.value > check.rule.value, "{check:?}");
    assert!(check.agent.effective_episodes >= 30.0, "{check:?}");
    let (agent, sluggish) = (reward_of_agent(bootstrap.agent()), reward_of(SLUGGISH));
    assert!(agent > sluggish, "{agent} after {sluggish}");
    // It goes on learning, and keeps the drive.
    assert_eq!(until_change(&mut bootstrap, 1_000), Phase::Agent);
    let [before, after] = &bootstrap.report().stints[..] else {
        panic!("{:#?}", bootstrap.report())
    };
    assert!(after.mean_reward() > before.mean_reward(), "{after:?} after {before:?}");
    assert!(after.missed_share() < before.missed_share(), "{after:?} after {before:?}");
    let written = serde_json::to_string(bootstrap.report()).unwrap();
    assert_eq!(&serde_json::from_str::<BootstrapReport>(&written).unwrap(), bootstrap.report());
    let checkpoint = bootstrap.checkpoint().unwrap();
    assert_eq!(checkpoint.agent, bootstrap.agent().state());
    assert_eq!(checkpoint.training.step, bootstrap.report().steps);
}

#[test]
fn an_agent_that_knows_nothing_does_not_take_over_from_a_good_rule() {
    for seed in 0..5 {
        let mut bootstrap = begin(settings(), ignorant(seed), Wish::Always(3), seed);
        assert_eq!(until_change(&mut bootstrap, 6_000), Phase::Rule, "{:#?}", bootstrap.report());
        let checks = &bootstrap.report().checks;
        assert_eq!(checks.len(), 6);
    }
}

#[test]
fn the_rule_is_worth_as_much_as_itself() {
    // The agent always wants what the rule wants: nothing.
    let mut bootstrap = begin(settings(), stubborn(0), Wish::Threshold(9.0, -1.0), 3);
    until_change(&mut bootstrap, 3_000);
    for check in &bootstrap.report().checks {
        assert_eq!((check.difference, check.agent), (0.0, check.rule));
    }
}

/// Takes over whatever it is worth.
fn rash() -> BootstrapSettings {
    BootstrapSettings {
        check_every_steps: 100,
        minimum_steps: 300,
        margin: -1e9,
        minimum_effective_episodes: 0.0,
        model_updates: 5,
        cooldown_turns: 150,
        burn: BurnSettings { window_turns: 50, budget: 0.2, times_the_rule: 1.0 },
        ..settings()
    }
}

#[test]
fn the_rule_comes_back_when_the_objectives_burn() {
    let mut bootstrap = begin(rash(), stubborn(-1), Wish::Always(4), 7);
    assert_eq!(until_change(&mut bootstrap, 1_000), Phase::Agent);
    assert_eq!(bootstrap.report().turns, 300);
    assert_eq!(until_change(&mut bootstrap, 1_000), Phase::FallenBack);
    assert_eq!(until_change(&mut bootstrap, 1_000), Phase::Rule);
    // It has to wait, and to show itself on fresh experience.
    let stints = bootstrap.report().stints.clone();
    assert_eq!(stints[2].turns, 150);
    let [rule, agent, ..] = &stints[..] else { panic!("{stints:?}") };
    assert!(agent.missed_share() > Some(0.2) && rule.missed_share() < Some(0.1), "{stints:#?}");
    assert!(agent.turns < 2 * TURNS, "{stints:#?}");
    let turns = bootstrap.report().turns;
    assert_eq!(until_change(&mut bootstrap, 1_000), Phase::Agent);
    assert_eq!(bootstrap.report().turns, turns + 150, "300 steps since it fell back");
    // Whoever spends no budget keeps the drive.
    let burn = BurnSettings { budget: 1.0, ..rash().burn };
    let mut bootstrap =
        begin(BootstrapSettings { burn, ..rash() }, stubborn(-1), Wish::Always(4), 7);
    assert_eq!(until_change(&mut bootstrap, 1_000), Phase::Agent);
    assert_eq!(until_change(&mut bootstrap, 1_000), Phase::Agent);
}

#[test]
fn an_agent_is_not_blamed_for_what_the_rule_missed_as_well() {
    let mut bootstrap = begin(rash(), stubborn(-1), Wish::Always(1), 7);
    assert_eq!(until_change(&mut bootstrap, 1_000), Phase::Agent);
    // Both keep one replica. Twice the rule's share is never reached for long.
    let missed = bootstrap.report().stints[0].missed_share().unwrap();
    assert!(missed > 0.2, "{missed}");
    let burn = BurnSettings { times_the_rule: 2.5, ..rash().burn };
    let mut bootstrap =
        begin(BootstrapSettings { burn, ..rash() }, stubborn(-1), Wish::Always(1), 7);
    until_change(&mut bootstrap, 1_000);
    assert_eq!(until_change(&mut bootstrap, 400), Phase::Agent);
}

#[test]
fn the_same_seed_gives_the_same_report() {
    let run = |seed| {
        let settings = BootstrapSettings { model_updates: 50, ..settings() };
        let mut bootstrap = begin(settings, learner(seed), SLUGGISH, seed);
        for _ in 0..1_100 {
            bootstrap.step().unwrap();
        }
        assert_eq!(bootstrap.report().checks.len(), 1);
        (bootstrap.agent().state(), bootstrap.report().clone())
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
}

#[test]
fn an_interrupted_bootstrapping_that_goes_on_is_the_uninterrupted_one_to_the_bit() {
    let begin = |folder: &Path| {
        let rule = rule_every(SLUGGISH, Duration::from_secs(6));
        let settings = BootstrapSettings { horizon_turns: 7, ..rash() };
        parts(settings, learner_with_log(5, folder), rule, 5)
    };
    let folder = || tempfile::tempdir().unwrap();
    let go_on = |bootstrap: &mut Bootstrap, turns: u64| {
        for _ in 0..turns {
            step(bootstrap);
        }
    };
    let whole = folder();
    let mut whole = Bootstrap::new(begin(whole.path())).unwrap();
    // In the middle of an episode and of a block, before and after the agent has taken over.
    for (turns, phase) in [(55, Phase::Rule), (337, Phase::Agent)] {
        let before = whole.report().turns;
        go_on(&mut whole, turns - before);
        assert_eq!(whole.phase(), phase);
        let part = folder();
        let mut cut = Bootstrap::new(begin(part.path())).unwrap();
        go_on(&mut cut, turns);
        let file = part.path().join("one.checkpoint");
        cut.checkpoint().unwrap().write(&file).unwrap();
        // What is done after the checkpoint is done again.
        go_on(&mut cut, 20);
        drop(cut);
        let checkpoint = Checkpoint::read(&file).unwrap();
        let mut resumed = Bootstrap::resume(begin(part.path()), &checkpoint).unwrap();
        let (now, then) = (whole.checkpoint().unwrap(), resumed.checkpoint().unwrap());
        assert!(now.bootstrap == then.bootstrap && now.agent == then.agent, "at {turns}");
        go_on(&mut whole, 250);
        go_on(&mut resumed, 250);
        assert_eq!(resumed.report(), whole.report());
        let (one, other) = (whole.checkpoint().unwrap(), resumed.checkpoint().unwrap());
        assert!(one.bootstrap == other.bootstrap, "after {turns}");
        assert!(one.agent == other.agent, "after {turns}");
        assert_eq!(one.training.worlds, other.training.worlds);
    }
}

#[test]
fn a_checkpoint_of_another_bootstrapping_is_refused_by_name() {
    let begin = |settings| parts(settings, ignorant(5), rule(SLUGGISH), 5);
    let mut checkpoint = Bootstrap::new(begin(rash())).unwrap().checkpoint().unwrap();
    let said = Bootstrap::resume(begin(settings()), &checkpoint).err().unwrap().to_string();
    assert!(said.contains("settings that it was begun with"), "{said}");
    checkpoint.bootstrap = None;
    let said = Bootstrap::resume(begin(rash()), &checkpoint).err().unwrap().to_string();
    assert!(said.contains("an agent by itself"), "{said}");
}

#[test]
fn a_rule_is_asked_at_its_own_period_and_its_wish_stands_in_between() {
    let period = Duration::from_secs(6);
    let rule = rule_every(Wish::More(2), period);
    let settings = BootstrapSettings { explore: 1e-9, ..settings() };
    let mut bootstrap = Bootstrap::new(parts(settings, ignorant(1), rule, 1)).unwrap();
    // Two more than it has at turns 0, 3 …, and one more at each turn until it has them.
    let mut replicas = Vec::new();
    for _ in 0..6 {
        bootstrap.step().unwrap();
        let seen = bootstrap.world.world().practice().unwrap().observations();
        replicas.push(seen.replicas(0).unwrap());
    }
    assert_eq!(replicas, [2, 3, 3, 4, 5, 5]);
}

#[test]
fn what_cannot_be_bootstrapped_is_refused_by_name() {
    use_one_thread();
    let check = |parts: BootstrapParts, named: &str| {
        let said = Bootstrap::new(parts).err().unwrap().to_string();
        assert!(said.contains(named), "{said}");
    };
    let odd = rule_every(SLUGGISH, Duration::from_secs(3));
    check(parts(settings(), ignorant(1), odd, 1), "every 3s and the agent every 2s");
    let none = BootstrapSettings { explore: 0.0, ..settings() };
    check(parts(none, ignorant(1), rule(SLUGGISH), 1), "`explore` is 0");
    let shape = crate::Shape { inputs: 2, ..world().shape().clone() };
    let of_dqn = crate::DqnSettings { hidden: vec![4], ..crate::DqnSettings::default() };
    let memory = Box::new(of_dqn.memory(&shape).unwrap());
    let other = Dqn::new(of_dqn, shape, 1, tch::Device::Cpu, memory).unwrap();
    check(parts(settings(), other, rule(SLUGGISH), 1), "another shape");
    let mut curious = rule_of(SLUGGISH);
    curious.needs.details = scaling::DetailSet::NONE.with(scaling::Detail::Pods);
    check(parts(settings(), ignorant(1), Box::new(curious), 1), "reads details");
}

#[test]
fn probabilities_are_those_with_which_choices_come() {
    let heads = [3, 2];
    let turn = Turn {
        ids: vec![crate::RowId { world: 0, row: 0 }],
        inputs: Vec::new(),
        allowed: vec![true, false, true, true, true],
    };
    let mut chance = Chance::new(2, Purpose::Deviation);
    let mut counts: std::collections::BTreeMap<Vec<u16>, (u32, f64)> = Default::default();
    for _ in 0..40_000 {
        let (choices, probabilities) = deviate(&turn, &heads, &[2, 0], 0.4, &mut chance);
        let entry = counts.entry(choices).or_default();
        *entry = (entry.0 + 1, probabilities[0]);
    }
    assert_eq!(counts.len(), 4, "{counts:?}");
    assert!((counts.values().map(|one| one.1).sum::<f64>() - 1.0).abs() < 1e-12);
    for (choices, (count, probability)) in &counts {
        let share = f64::from(*count) / 40_000.0;
        assert!((share - probability).abs() < 0.012, "{choices:?}: {share} and not {probability}");
    }
    assert!((counts[&vec![2, 0]].1 - 0.7).abs() < 1e-12);
}

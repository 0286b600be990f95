use super::*;
use crate::Purpose;

const CONFIDENCE: Confidence = Confidence { level: 0.95, resamples: 300 };

fn step(reward: f64, behaviour: f64, target: f64, values: (f64, f64)) -> OffPolicyStep {
    OffPolicyStep { reward, behaviour, target, action_value: values.0, state_value: values.1 }
}

fn episode(block: u64, steps: Vec<OffPolicyStep>, value_after: f64) -> OffPolicyEpisode {
    OffPolicyEpisode { block, steps, value_after }
}

fn chance(seed: u64) -> Chance {
    Chance::new(seed, Purpose::Bootstrap)
}

/// The estimate without its interval.
fn plain(estimator: Estimator, gamma: f64, episodes: &[OffPolicyEpisode]) -> f64 {
    let episodes = ready(episodes, gamma).unwrap();
    value(estimator, &episodes, &(0..episodes.len()).collect::<Vec<_>>())
}

/// The recursion as Jiang and Li write it.
fn recursion(gamma: f64, episode: &OffPolicyEpisode) -> f64 {
    episode.steps.iter().rev().fold(episode.value_after, |later, step| {
        let ratio = step.target / step.behaviour;
        step.state_value + ratio * (step.reward + gamma * later - step.action_value)
    })
}

/// Two episodes: one that ended after two steps, one that was cut after one.
fn two() -> Vec<OffPolicyEpisode> {
    vec![
        episode(0, vec![step(1.0, 0.5, 1.0, (2.0, 1.5)), step(2.0, 0.25, 0.5, (1.0, 0.5))], 0.0),
        episode(1, vec![step(3.0, 0.5, 0.25, (2.0, 1.0))], 4.0),
    ]
}

#[test]
fn each_estimator_gives_what_was_worked_out_by_hand() {
    // γ = 1/2. ρ of the first: 2, 4; of the second: 1/2.
    for (estimator, wanted) in [
        (Estimator::Model, (1.5 + 1.0) / 2.0),
        // 2 · 1 + 4 · 2 / 2 = 6; 3 / 2 + 4 / 2 / 2 = 2.5.
        (Estimator::PerDecision, (6.0 + 2.5) / 2.0),
        // 1.5 + 2 (1 + 0.25 − 2) + 4 (2 − 1) / 2 = 2; 1 + (3 + 2 − 2) / 2 = 2.5.
        (Estimator::DoublyRobust, (2.0 + 2.5) / 2.0),
        // 1.25 + (2 · −0.75 + 0.5 · 3) / 2.5 + (4 · 0.5 + 0.5 · 0) / 4.5.
        (Estimator::WeightedDoublyRobust, 1.25 + 2.0 / 4.5),
    ] {
        let found = plain(estimator, 0.5, &two());
        assert!((found - wanted).abs() < 1e-12, "{estimator:?}: {found} and not {wanted}");
    }
    let recursive = two().iter().map(|one| recursion(0.5, one)).sum::<f64>() / 2.0;
    assert!((plain(Estimator::DoublyRobust, 0.5, &two()) - recursive).abs() < 1e-12);
    // Ratios 4 and 1/2 at the ends.
    let wanted = 4.5 * 4.5 / (16.0 + 0.25);
    assert!((effective(&ready(&two(), 0.5).unwrap()) - wanted).abs() < 1e-12);
}

#[test]
fn a_policy_that_acted_itself_gets_its_own_return() {
    let mut chance = chance(1);
    let episodes: Vec<_> = (0..7)
        .map(|block| {
            let steps = (0..=block).map(|_| {
                let mut draw = || chance.normal();
                step(draw(), 0.3, 0.3, (0.0, 0.0))
            });
            episode(block, steps.collect(), 0.0)
        })
        .collect();
    let discounted = |one: &OffPolicyEpisode| {
        one.steps.iter().rev().fold(0.0, |later, step| step.reward + 0.9 * later)
    };
    let wanted = episodes.iter().map(discounted).sum::<f64>() / 7.0;
    for estimator in
        [Estimator::PerDecision, Estimator::DoublyRobust, Estimator::WeightedDoublyRobust]
    {
        let found = plain(estimator, 0.9, &episodes);
        assert!((found - wanted).abs() < 1e-12, "{estimator:?}");
    }
    let estimate =
        evaluate_off_policy(Estimator::default(), 0.9, &episodes, &CONFIDENCE, &mut chance);
    assert!((estimate.unwrap().effective_episodes - 7.0).abs() < 1e-12);
}

/// Two states and two actions: an action leads to the state of its number with probability 0.8, and the
/// reward is 1 in state 1 for action 0, −0.5 in state 0 for action 1, else 0. Five steps from state 0.
struct Toss {
    /// Probability of action 1 by state, of the behaviour and of the target.
    behaviour: [f64; 2],
    target: [f64; 2],
}

const STEPS: usize = 5;
const GAMMA: f64 = 0.9;
const TOSS: Toss = Toss { behaviour: [0.4, 0.5], target: [0.7, 0.35] };

fn reward(state: usize, action: usize) -> f64 {
    [[0.0, -0.5], [1.0, 0.0]][state][action]
}

fn likely(policy: [f64; 2], state: usize, action: usize) -> f64 {
    if action == 1 { policy[state] } else { 1.0 - policy[state] }
}

impl Toss {
    /// The target's values of the states with so many steps left.
    fn exact(&self, steps: usize) -> [f64; 2] {
        (0..steps).fold([0.0; 2], |later, _| {
            [0, 1].map(|state| {
                let of = |action: usize| self.action_value(later, state, action);
                (0..2).map(|action| likely(self.target, state, action) * of(action)).sum()
            })
        })
    }

    fn action_value(&self, later: [f64; 2], state: usize, action: usize) -> f64 {
        reward(state, action) + GAMMA * (0.8 * later[action] + 0.2 * later[1 - action])
    }

    /// An episode of the behaviour; the model is the exact one, off by `wrong` times a bias that differs by
    /// state and action.
    fn play(&self, block: u64, wrong: f64, chance: &mut Chance) -> OffPolicyEpisode {
        let mut state = 0;
        let steps = (0..STEPS).map(|place| {
            let later = self.exact(STEPS - place - 1);
            let action = usize::from(chance.uniform() < self.behaviour[state]);
            let bias = wrong * [[0.7, -0.4], [-0.9, 0.3]][state][action];
            let now = OffPolicyStep {
                reward: reward(state, action),
                behaviour: likely(self.behaviour, state, action),
                target: likely(self.target, state, action),
                action_value: self.action_value(later, state, action) + bias,
                state_value: self.exact(STEPS - place)[state]
                    + wrong
                        * (0..2)
                            .map(|action| {
                                let bias = [[0.7, -0.4], [-0.9, 0.3]][state][action];
                                likely(self.target, state, action) * bias
                            })
                            .sum::<f64>(),
            };
            state = if chance.uniform() < 0.8 { action } else { 1 - action };
            now
        });
        episode(block, steps.collect(), 0.0)
    }

    fn log(&self, episodes: u64, wrong: f64, chance: &mut Chance) -> Vec<OffPolicyEpisode> {
        (0..episodes).map(|block| self.play(block, wrong, chance)).collect()
    }
}

/// Mean and standard error over many logs.
fn spread(estimator: Estimator, episodes: u64, wrong: f64) -> (f64, f64) {
    let mut chance = chance(11);
    let values: Vec<f64> = (0..2_000)
        .map(|_| plain(estimator, GAMMA, &TOSS.log(episodes, wrong, &mut chance)))
        .collect();
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0);
    (mean, (variance / count).sqrt())
}

#[test]
fn estimates_of_a_known_world_are_right_on_the_average() {
    let exact = TOSS.exact(STEPS)[0];
    for (estimator, wrong) in [
        (Estimator::PerDecision, 1.0),
        (Estimator::DoublyRobust, 1.0),
        (Estimator::DoublyRobust, 0.0),
        (Estimator::WeightedDoublyRobust, 0.0),
    ] {
        let (mean, error) = spread(estimator, 20, wrong);
        assert!((mean - exact).abs() < 4.0 * error, "{estimator:?}: {mean} ± {error}, is {exact}");
    }
    // The model alone is as wrong as it is: 0.3 · 0.7 − 0.7 · 0.4.
    let (mean, _) = spread(Estimator::Model, 20, 1.0);
    assert!((mean - exact + 0.07).abs() < 1e-9, "{mean}");
    // Weighting is off with few episodes and no longer with many, and varies less.
    let (mean, weighted) = spread(Estimator::WeightedDoublyRobust, 400, 1.0);
    assert!((mean - exact).abs() < 0.01, "{mean}, is {exact}");
    let (_, unweighted) = spread(Estimator::DoublyRobust, 400, 1.0);
    assert!(weighted < unweighted, "{weighted} {unweighted}");
    // A good model is worth something.
    let (_, without) = spread(Estimator::PerDecision, 400, 0.0);
    let (_, with) = spread(Estimator::DoublyRobust, 400, 0.0);
    assert!(with < 0.7 * without, "{with} {without}");
}

#[test]
fn intervals_hold_the_value_as_often_as_they_say() {
    let exact = TOSS.exact(STEPS)[0];
    let mut chance = chance(3);
    let mut held = 0;
    for _ in 0..400 {
        let log = TOSS.log(150, 1.0, &mut chance);
        let found =
            evaluate_off_policy(Estimator::default(), GAMMA, &log, &CONFIDENCE, &mut chance)
                .unwrap();
        assert!((found.interval.low..=found.interval.high).contains(&found.value));
        held += u32::from((found.interval.low..=found.interval.high).contains(&exact));
    }
    // 95 % of 400 is 380, with a standard deviation of 4; percentile intervals are a little short.
    assert!((352..=396).contains(&held), "{held} of 400");
}

#[test]
fn episodes_of_a_block_are_drawn_together() {
    // Ten episodes that say the same are one piece of evidence.
    let log = |block: fn(u64) -> u64| -> Vec<OffPolicyEpisode> {
        let of = |number: u64| {
            let reward = if (number / 10).is_multiple_of(2) { 1.0 } else { 0.0 };
            episode(block(number), vec![step(reward, 1.0, 1.0, (0.0, 0.0))], 0.0)
        };
        (0..200).map(of).collect()
    };
    let width = |log: Vec<OffPolicyEpisode>| {
        let found =
            evaluate_off_policy(Estimator::default(), 1.0, &log, &CONFIDENCE, &mut chance(5))
                .unwrap();
        found.interval.high - found.interval.low
    };
    let (single, whole) = (width(log(|number| number)), width(log(|number| number / 10)));
    assert!(whole > 2.5 * single, "{whole} {single}");
}

#[test]
fn a_difference_is_surer_than_the_values_it_is_of() {
    let mut chance = chance(9);
    // Where an episode begins decides its reward; the second policy gets 0.1 less anywhere.
    let logs: Vec<[OffPolicyEpisode; 2]> = (0..60)
        .map(|block| {
            let luck = chance.normal();
            [0.0, 0.1]
                .map(|less| episode(block, vec![step(luck - less, 1.0, 1.0, (0.0, 0.0))], 0.0))
        })
        .collect();
    let [first, second] =
        [0, 1].map(|which| logs.iter().map(|pair| pair[which].clone()).collect::<Vec<_>>());
    let found =
        compare_off_policy(Estimator::default(), 1.0, [&first, &second], &CONFIDENCE, &mut chance)
            .unwrap();
    assert!((found.difference - 0.1).abs() < 1e-9 && found.interval.low > 0.09, "{found:?}");
    assert!(found.first.interval.low < found.second.value, "{found:?}");
    let unpaired = compare_off_policy(
        Estimator::default(),
        1.0,
        [&first, &second[1..]],
        &CONFIDENCE,
        &mut chance,
    );
    assert_eq!(unpaired, Err(OffPolicyError::Unpaired { episode: 0 }));
}

#[test]
fn a_log_without_support_says_so_and_leans_on_the_model() {
    // What the policy would do was never done.
    let log: Vec<_> =
        (0..20).map(|block| episode(block, vec![step(5.0, 0.9, 0.0, (1.0, 2.0))], 0.0)).collect();
    let found =
        evaluate_off_policy(Estimator::default(), 0.9, &log, &CONFIDENCE, &mut chance(1)).unwrap();
    assert_eq!((found.value, found.effective_episodes), (2.0, 0.0));
    // Once in twenty episodes: worth one, however many there are.
    let mut log = log;
    log[0].steps[0].target = 1.0;
    let found =
        evaluate_off_policy(Estimator::default(), 0.9, &log, &CONFIDENCE, &mut chance(1)).unwrap();
    assert_eq!(found.effective_episodes, 1.0);
}

#[test]
fn what_cannot_be_evaluated_is_refused_by_name() {
    let check = |change: fn(&mut Vec<OffPolicyEpisode>), named: &str| {
        let mut episodes = two();
        change(&mut episodes);
        let found =
            evaluate_off_policy(Estimator::default(), 0.5, &episodes, &CONFIDENCE, &mut chance(1));
        let said = found.unwrap_err().to_string();
        assert!(said.contains(named), "{said}");
    };
    check(
        |log| log[0].steps[1].behaviour = f64::NAN,
        "step 1 of episode 0 under who acted is not known",
    );
    check(
        |log| log[1].steps[0].behaviour = 0.0,
        "behaviour probability of step 0 of episode 1 is 0",
    );
    check(|log| log[1].steps[0].target = 1.5, "target probability");
    check(|log| log[0].steps[0].reward = f64::INFINITY, "reward of step 0 of episode 0 is inf");
    check(|log| log[0].value_after = f64::NAN, "value after the end of step 2");
    check(|log| log[0].steps.clear(), "episode 0 has no steps");
    check(|log| log.truncate(1), "two blocks");
}

//! What simple rules reach, through the halves of the loop that every race runs.

use std::collections::BTreeMap;

use scaling::{Ending, Guard, Pending, Rails, Recommendation, close, decide};

use super::*;

/// A rule sees the observations and asks for something.
type Rule<'a> = &'a mut dyn FnMut(&Observations) -> Recommendation;

/// The mean reward of a step over one episode from one container.
fn play(rate: u32, rule: Rule<'_>) -> f64 {
    let spec = Mp3Spec { rate_per_second: Some(rate), ..Mp3Spec::default() };
    let mut cluster = Mp3::new(spec, 0).unwrap();
    let rails = Rails { step_up: Some(1), step_down: Some(1), ..Rails::default() };
    let mut guard = Guard::new(rails, BTreeMap::new(), Duration::ZERO);
    let mut rewards = Vec::new();
    let mut running = true;
    while running {
        let observations = cluster.observe(DetailSet::NONE).unwrap();
        let wanted = [rule(&observations)];
        let decisions = decide(&observations, &wanted, cluster.workloads(), &mut guard);
        let applied = cluster.scale(&decisions);
        running = cluster.advance().unwrap();
        let after = cluster.observe(DetailSet::NONE).unwrap();
        let pending = Pending { observations, decisions };
        let period = Duration::from_secs(15);
        for transition in close(&pending, &applied, &after, Ending::Running, period) {
            assert!(transition.learnable);
            rewards.push(cluster.score(&transition.action));
        }
    }
    assert_eq!(rewards.len(), 200);
    rewards.iter().sum::<f64>() / 200.0
}

/// The mean over all rates of an episode each.
fn mean_of_rates(mut of: impl FnMut(u32) -> f64) -> f64 {
    (1..=RATE_MAX).map(&mut of).sum::<f64>() / f64::from(RATE_MAX)
}

fn optimum(rate: u32, quirk_cells: bool) -> f64 {
    let spec = Mp3Spec { rate_per_second: Some(rate), quirk_cells, ..Mp3Spec::default() };
    Mp3::new(spec, 0).unwrap().optimum()
}

/// Kubernetes' rule with 10 % tolerance, on the utilisation as it is and not in whole percent.
fn hpa(target: f64) -> impl FnMut(&Observations) -> Recommendation {
    move |observations| {
        let value = |column| observations.get(0, column).unwrap();
        let replicas = value(Column::ReplicasReady);
        let ratio = value(Column::CpuUtilisationRatioMean) / target;
        if (ratio - 1.0).abs() <= 0.1 {
            return Recommendation::replicas(replicas as u32);
        }
        // A whole number of replicas must not become one more by rounding.
        let wanted = (ratio * replicas - 1e-9).ceil();
        Recommendation::replicas(wanted.clamp(1.0, 10.0) as u32)
    }
}

/// One of the five actions, each as likely.
fn random(mut stream: Stream) -> impl FnMut(&Observations) -> Recommendation {
    move |observations| {
        let replicas = observations.replicas(0).unwrap();
        let cpu = |millicores| Recommendation {
            cpu_millicores: Some(millicores),
            ..Recommendation::hold()
        };
        match stream.below(5) {
            0 => Recommendation::hold(),
            1 => Recommendation::replicas(replicas + 1),
            2 => Recommendation::replicas(replicas - 1),
            3 => cpu(1_125),
            _ => cpu(875),
        }
    }
}

/// What the random rule reaches on average, exactly: the chain of its distribution over containers.
fn random_exactly(rate: u32) -> f64 {
    let reward = |replicas: usize| Cell::new(replicas as u32, rate, false).reward();
    let mut likely = [0.0; 12];
    likely[1] = 1.0;
    let mut sum = 0.0;
    for _ in 0..200 {
        let before = likely;
        likely = [0.0; 12];
        for replicas in 1..=10 {
            likely[replicas] += 0.6 * before[replicas];
            sum += 0.6 * before[replicas] * reward(replicas);
            for to in [replicas - 1, replicas + 1] {
                let legal = (1..=10).contains(&to);
                likely[if legal { to } else { replicas }] += 0.2 * before[replicas];
                sum += 0.2 * before[replicas] * if legal { reward(to) } else { -1.0 };
            }
        }
    }
    sum / 200.0
}

#[test]
fn rules_reach_what_is_known_of_them() {
    let never = mean_of_rates(|rate| play(rate, &mut |_| Recommendation::hold()));
    let hpa = |target| mean_of_rates(|rate| play(rate, &mut hpa(target)));
    for (name, reached, known, half_a_digit) in [
        ("optimum", mean_of_rates(|rate| optimum(rate, false)), 0.9264, 5e-5),
        ("hpa 60 %", hpa(0.6), 0.8498, 5e-5),
        ("hpa 70 %", hpa(0.7), 0.8984, 5e-5),
        ("hpa 80 %", hpa(0.8), 0.9135, 5e-5),
        ("hpa 90 %", hpa(0.9), 0.92355, 5e-6),
        ("random, exactly", mean_of_rates(random_exactly), 0.57, 5e-3),
        ("never scaling", never, 0.375, 5e-4),
        // With the table's mistakes, two rates have a cell that is worth 1.
        ("optimum with quirks", mean_of_rates(|rate| optimum(rate, true)), 0.9471, 5e-5),
    ] {
        assert!((reached - known).abs() <= half_a_digit, "{name}: {reached} for {known}");
    }
}

#[test]
fn chance_reaches_its_expectation_within_the_confidence_interval() {
    let episodes: Vec<f64> = (0..100)
        .map(|seed| {
            mean_of_rates(|rate| {
                play(rate, &mut random(Stream::new(seed, rate.into(), Purpose::Policy)))
            })
        })
        .collect();
    let count = episodes.len() as f64;
    let mean = episodes.iter().sum::<f64>() / count;
    let squares: f64 = episodes.iter().map(|reward| (reward - mean).powi(2)).sum();
    let standard_error = (squares / (count - 1.0) / count).sqrt();
    // 99 % of a normal distribution.
    let half_width = 2.576 * standard_error;
    let expected = mean_of_rates(random_exactly);
    assert!(half_width < 0.02, "{half_width}");
    assert!((mean - expected).abs() <= half_width, "{mean} ± {half_width} for {expected}");
}

#[test]
fn the_best_policy_walks_to_the_best_cell_and_stays() {
    for rate in 1..=RATE_MAX {
        let best = (1..=CONTAINERS_MAX)
            .max_by(|&one, &other| {
                let reward = |replicas| Cell::new(replicas, rate, false).reward();
                reward(one).total_cmp(&reward(other))
            })
            .unwrap();
        let reached = play(rate, &mut |_| Recommendation::replicas(best));
        assert!((reached - optimum(rate, false)).abs() < 1e-12, "rate {rate}");
    }
}

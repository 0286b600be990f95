use super::*;

const DRAWS: usize = 200_000;

type Draw = fn(&mut Stream) -> f64;

fn stream(purpose: Purpose) -> Stream {
    Stream::new(7, 3, purpose)
}

/// The greatest distance between the distribution of the draws and the one it should be
/// (Kolmogorov and Smirnov), held below what one seed in a thousand exceeds.
fn check_distribution(
    name: &str,
    draw: impl Fn(&mut Stream) -> f64,
    distribution: impl Fn(f64) -> f64,
) {
    let mut stream = stream(Purpose::Service);
    let mut draws: Vec<f64> = (0..DRAWS).map(|_| draw(&mut stream)).collect();
    draws.sort_by(f64::total_cmp);
    let distance = draws.iter().enumerate().map(|(rank, &value)| {
        let probability = distribution(value);
        let (below, above) = (rank as f64 / DRAWS as f64, (rank + 1) as f64 / DRAWS as f64);
        (probability - below).abs().max((probability - above).abs())
    });
    let distance = distance.fold(0.0, f64::max);
    assert!(distance < 1.95 / (DRAWS as f64).sqrt(), "{name}: {distance}");
}

#[test]
fn draws_follow_their_distributions() {
    let normal = |x: f64| 0.5 * libm::erfc(-x * std::f64::consts::FRAC_1_SQRT_2);
    check_distribution("uniform", Stream::uniform, |x| x);
    check_distribution("uniform_positive", Stream::uniform_positive, |x| x);
    check_distribution("exponential", Stream::exponential, |x| 1.0 - libm::exp(-x));
    check_distribution("normal", Stream::normal, normal);
    check_distribution(
        "log_normal",
        |stream| stream.log_normal(1.0, 0.5),
        |x| normal((libm::log(x) - 1.0) / 0.5),
    );
    check_distribution("gamma, half", |stream| stream.gamma(0.5), |x| libm::erf(x.sqrt()));
    check_distribution("gamma, one", |stream| stream.gamma(1.0), |x| 1.0 - libm::exp(-x));
    check_distribution(
        "gamma, two",
        |stream| stream.gamma(2.0),
        |x| 1.0 - (1.0 + x) * libm::exp(-x),
    );
    check_distribution(
        "below",
        |stream| (stream.below(1000) as f64 + stream.uniform()) / 1000.0,
        |x| x,
    );
}

#[test]
fn tails_are_as_heavy_as_they_should_be() {
    // The ziggurat treats what lies beyond its edges apart: 7.7 for the exponential and 3.65 for the
    // normal. Four standard deviations of a Poisson count are allowed.
    let rows: [(&str, Draw, f64, f64); 5] = [
        ("exponential", Stream::exponential, 7.8, libm::exp(-7.8)),
        ("exponential, second tail", Stream::exponential, 10.0, libm::exp(-10.0)),
        ("normal", |stream| stream.normal().abs(), 3.7, libm::erfc(3.7 / 2f64.sqrt())),
        ("normal, far", |stream| stream.normal().abs(), 4.2, libm::erfc(4.2 / 2f64.sqrt())),
        ("normal, right", Stream::normal, 3.7, 0.5 * libm::erfc(3.7 / 2f64.sqrt())),
    ];
    for (name, draw, edge, probability) in rows {
        let mut stream = stream(Purpose::Crash);
        let draws = 5_000_000;
        let beyond = (0..draws).filter(|_| draw(&mut stream) > edge).count() as f64;
        let expected = f64::from(draws) * probability;
        assert!((beyond - expected).abs() < 4.0 * expected.sqrt(), "{name}: {beyond} {expected}");
    }
}

#[test]
fn neighbouring_streams_have_nothing_in_common() {
    let base = (7, 3, Purpose::Arrivals);
    let others = [
        (8, 3, Purpose::Arrivals),
        (7, 4, Purpose::Arrivals),
        (7, 3, Purpose::Service),
        (3, 7, Purpose::Arrivals),
        (0, 0, Purpose::Arrivals),
    ];
    let draws = |(seed, workload, purpose)| {
        let mut stream = Stream::new(seed, workload, purpose);
        (0..DRAWS).map(|_| stream.uniform() - 0.5).collect::<Vec<_>>()
    };
    let first = draws(base);
    for other in others {
        let products = first.iter().zip(draws(other)).map(|(one, two)| one * two);
        let correlation = 12.0 * products.sum::<f64>() / DRAWS as f64;
        assert!(correlation.abs() < 4.0 / (DRAWS as f64).sqrt(), "{other:?}: {correlation}");
    }
}

#[test]
fn a_stream_does_not_depend_on_how_others_are_used() {
    let alone: Vec<u64> = {
        let mut service = stream(Purpose::Service);
        (0..100).map(|_| service.bits()).collect()
    };
    let mut arrivals = stream(Purpose::Arrivals);
    let mut service = stream(Purpose::Service);
    for expected in alone {
        arrivals.exponential();
        arrivals.gamma(0.3);
        assert_eq!(service.bits(), expected);
    }
}

#[test]
fn below_nothing_is_zero_and_below_one_too() {
    let mut stream = stream(Purpose::Routing);
    assert_eq!((stream.below(0), stream.below(1)), (0, 0));
}

#[test]
fn chance_never_fails_at_one_and_never_strikes_at_zero() {
    let mut stream = stream(Purpose::Crash);
    assert!((0..1000).all(|_| stream.chance(1.0) && !stream.chance(0.0)));
}

#[test]
fn the_same_seed_gives_the_same_bits_on_every_machine() {
    let mut stream = stream(Purpose::Arrivals);
    assert_eq!([stream.bits(), stream.bits()], [15768837494537865993, 7080627039647109606]);
    let draws = [
        stream.uniform(),
        stream.exponential(),
        stream.normal(),
        stream.log_normal(0.5, 1.5),
        stream.gamma(0.7),
        stream.gamma(3.0),
    ];
    assert_eq!(
        draws.map(f64::to_bits),
        [
            4596207093692469248,
            4603003698109341608,
            4602083151580317433,
            4621564069728334977,
            4613979552971877676,
            4609590154801792397
        ]
    );
    // Sums reach the rare branches, where the elementary functions are at work.
    let sum = (0..1_000_000).map(|_| stream.exponential() + stream.normal()).sum::<f64>();
    assert_eq!(sum.to_bits(), 4696834219163564198);
}

use super::*;

fn point(step: u64, value: f64) -> Point<'static> {
    let (source, name, wall_seconds) = (Source::Episode, "reward", 1e9 + step as f64);
    Point { source, name, step, episode: step / 10, wall_seconds, value }
}

fn long(steps: u64) -> Curves {
    let mut curves = Curves::new();
    for step in 0..steps {
        curves.push(&point(step, (step * 37 % 101) as f64));
    }
    curves
}

#[test]
fn a_long_run_fits_and_keeps_its_means_and_its_ends() {
    for steps in [1, 511, 512, 513, 1_025, 100_003] {
        let curves = long(steps);
        let series = curves.series(Source::Episode, "reward").unwrap();
        let points: Vec<SeriesPoint> = series.points().collect();
        assert!(points.len() <= 512, "{} places for {steps}", points.len());
        assert!(points.len() as u64 >= steps.min(256), "{} places for {steps}", points.len());
        assert_eq!(points.iter().map(|point| point.points).sum::<u64>(), steps);
        // What a place stands for, computed from the points themselves.
        let mut next = 0;
        for place in points {
            let values = (next..next + place.points).map(|step| (step * 37 % 101) as f64);
            let mean = values.sum::<f64>() / place.points as f64;
            assert!((place.value - mean).abs() < 1e-9, "{place:?} instead of {mean}");
            next += place.points;
            assert_eq!((place.step, place.episode), (next - 1, (next - 1) / 10));
            assert_eq!(place.wall_seconds, 1e9 + (next - 1) as f64);
        }
        let last = ((steps - 1) * 37 % 101) as f64;
        assert_eq!(series.last(), last);
        assert_eq!(series.largest(), if steps > 100 { 100.0 } else { 0.0 });
        assert_eq!(series.least(), 0.0);
    }
}

#[test]
fn what_is_not_known_is_kept_out() {
    let mut curves = Curves::new();
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        curves.push(&point(1, value));
    }
    assert_eq!(curves, Curves::new());
    curves.push(&point(2, 0.5));
    curves.push(&point(3, f64::NAN));
    let series = curves.series(Source::Episode, "reward").unwrap();
    assert_eq!((series.points().len(), series.last()), (1, 0.5));
}

#[test]
fn sources_do_not_mix() {
    let mut curves = Curves::new();
    for (value, source) in [(1.0, Source::Episode), (2.0, Source::Agent), (3.0, Source::Evaluation)]
    {
        curves.push(&Point { source, ..point(1, value) });
    }
    let last = |source| curves.series(source, "reward").unwrap().last();
    assert_eq!([Source::Episode, Source::Agent, Source::Evaluation].map(last), [1.0, 2.0, 3.0]);
    assert_eq!(curves.names(Source::Agent).collect::<Vec<_>>(), ["reward"]);
    assert!(curves.series(Source::Agent, "loss").is_none());
}

#[test]
fn curves_that_were_written_down_go_on_as_if_nothing_had_been() {
    let mut curves = long(700);
    let written = serde_json::to_vec(&curves).unwrap();
    let mut read: Curves = serde_json::from_slice(&written).unwrap();
    assert_eq!(read, curves);
    for step in 700..2_000 {
        curves.push(&point(step, 1.0));
        read.push(&point(step, 1.0));
    }
    assert_eq!(read, curves);
}

#[test]
fn merging_the_largest_numbers_does_not_overflow() {
    let mut curves = Curves::new();
    for step in 0..2_000 {
        curves.push(&point(step, if step % 2 == 0 { f64::MAX } else { -f64::MAX }));
    }
    let series = curves.series(Source::Episode, "reward").unwrap();
    assert!(series.points().all(|point| point.value.is_finite()));
}

use super::*;
use crate::clock::{SECOND, nanoseconds};
use crate::settings::Settings;

/// Slices as (end, length, load), in seconds, and the seconds that then hold something.
type Case<'a> = (&'a [(f64, f64, f64)], &'a [(i64, f64)]);

#[test]
fn slices_go_to_the_seconds_in_which_they_ended() {
    let rows: [Case; 7] = [
        (&[(10.0, 1.0, 4.0)], &[(10, 4.0)]),
        (&[(10.4, 1.0, 4.0), (11.4, 1.0, 5.0)], &[(10, 4.0), (11, 5.0)]),
        (&[(10.0, 1.0, 1.0), (10.1, 1.0, 10.0)], &[(10, 11.0)]),
        (&[(10.0, 3.0, 4.0)], &[(8, 4.0), (9, 4.0), (10, 4.0)]),
        (&[(10.0, 1.5, 4.0)], &[(9, 2.0), (10, 4.0)]),
        (&[(10.0, 0.5, 4.0), (10.5, 0.5, 8.0)], &[(10, 6.0)]),
        (&[(10.0, 1.0, f64::INFINITY), (11.0, 1.0, f64::NAN)], &[]),
    ];
    for (slices, seconds) in rows {
        assert_eq!(held(slices), seconds, "{slices:?}");
    }
}

#[test]
fn a_slice_longer_than_the_window_fills_it() {
    let full: Vec<_> = (11..=70).map(|second| (second, 1.0)).collect();
    assert_eq!(held(&[(70.0, 1e9, 1.0)]), full);
}

fn held(slices: &[(f64, f64, f64)]) -> Vec<(i64, f64)> {
    let spec = Spec::new(&Settings::default());
    let mut workload = Workload::new(&spec, Sight::default(), 0);
    for &(end, length, load) in slices {
        workload.record(nanoseconds(end), nanoseconds(length), load);
    }
    workload.stable.buckets().map(|(instant, load)| (instant / SECOND, load)).collect()
}

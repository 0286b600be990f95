use super::*;

/// A moment in the life of one workload: when (nanoseconds), how many replicas are seen, how many
/// are asked for; and then what is allowed, and which rails said so.
type Moment = (i64, u32, Option<u32>, u32, &'static [Rail]);

const NONE: &[Rail] = &[];
const STALE: &[Rail] = &[Rail::Stale];
const STABLE: &[Rail] = &[Rail::Stabilisation];
const COOL: &[Rail] = &[Rail::Cooldown];
const STEP: &[Rail] = &[Rail::Step];
const BOUNDS: &[Rail] = &[Rail::Bounds];

fn check_within(bounds: Bounds, rails: Rails, moments: &[Moment]) {
    let workloads = [workload(1, 0, bounds)];
    let mut guard = Guard::new(rails, BTreeMap::new(), Duration::ZERO);
    for (position, &(at, current, asked, allowed, by)) in moments.iter().enumerate() {
        let mut observations = fresh(at, &workloads);
        observations.set(0, Column::ReplicasDesired, f64::from(current));
        let wanted = Recommendation { replicas: asked, ..Recommendation::hold() };
        let decision = guard.allow(&observations, &[wanted], &workloads).remove(0);
        assert_eq!(
            (decision.replicas, rails_of(&decision)),
            (Some(allowed), by.to_vec()),
            "moment {position}"
        );
    }
}

fn check(rails: Rails, moments: &[Moment]) {
    check_within(Bounds::replicas(0, 100), rails, moments);
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[test]
fn without_rails_everything_inside_the_bounds_is_allowed() {
    check(
        Rails::default(),
        &[(0, 3, Some(90), 90, NONE), (0, 90, Some(0), 0, NONE), (0, 4, None, 4, NONE)],
    );
}

#[test]
fn bounds_hold_even_for_a_hold() {
    check_within(
        Bounds::replicas(2, 5),
        Rails::default(),
        &[
            (0, 3, Some(2), 2, NONE),
            (0, 3, Some(5), 5, NONE),
            (0, 3, Some(1), 2, BOUNDS),
            (0, 3, Some(6), 5, BOUNDS),
            (0, 9, None, 5, BOUNDS),
            (0, 0, None, 2, BOUNDS),
            (0, 4, None, 4, NONE),
        ],
    );
}

#[test]
fn a_step_is_limited_each_way() {
    let rails = Rails { step_up: Some(4), step_down: Some(1), ..Rails::default() };
    check(
        rails,
        &[
            (0, 10, Some(14), 14, NONE),
            (0, 10, Some(15), 14, STEP),
            (0, 10, Some(9), 9, NONE),
            (0, 10, Some(0), 9, STEP),
            (0, 0, Some(50), 4, STEP),
        ],
    );
}

#[test]
fn bounds_outrank_a_step() {
    let rails = Rails { step_up: Some(1), step_down: Some(1), ..Rails::default() };
    check_within(
        Bounds::replicas(4, 6),
        rails,
        &[
            (0, 1, Some(9), 4, &[Rail::Step, Rail::Bounds]),
            (0, 9, Some(1), 6, &[Rail::Step, Rail::Bounds]),
        ],
    );
}

#[test]
fn the_least_of_the_window_counts_for_going_up() {
    let rails = Rails { stabilisation_up: seconds(10), ..Rails::default() };
    check(
        rails,
        &[
            (0, 3, Some(4), 4, NONE),
            (SECOND, 4, Some(9), 4, STABLE),
            (2 * SECOND, 4, Some(8), 4, STABLE),
            // A way down is not held up.
            (3 * SECOND, 4, Some(2), 2, NONE),
            (13 * SECOND - 1, 2, Some(7), 2, STABLE),
            // At exactly the window's age the 2 is outside of it; the 7 is not.
            (13 * SECOND, 2, Some(9), 7, STABLE),
        ],
    );
}

#[test]
fn the_most_of_the_window_counts_for_going_down() {
    let rails = Rails { stabilisation_down: seconds(10), ..Rails::default() };
    check(
        rails,
        &[
            (0, 9, Some(9), 9, NONE),
            (SECOND, 9, Some(6), 9, STABLE),
            // A way up is not held up.
            (2 * SECOND, 5, Some(7), 7, NONE),
            (10 * SECOND - 1, 9, Some(3), 9, STABLE),
            // At exactly the window's age the 9 is outside of it; the 7 is the most of the rest.
            (10 * SECOND, 9, Some(3), 7, STABLE),
            (30 * SECOND, 9, Some(3), 3, NONE),
        ],
    );
}

#[test]
fn two_windows_leave_a_range_in_which_nothing_moves() {
    let rails =
        Rails { stabilisation_up: seconds(5), stabilisation_down: seconds(10), ..Rails::default() };
    check(
        rails,
        &[
            (0, 5, Some(8), 8, NONE),
            (4 * SECOND, 5, Some(3), 5, STABLE),
            (6 * SECOND, 5, Some(9), 5, STABLE),
            (9 * SECOND, 5, Some(7), 7, NONE),
        ],
    );
}

#[test]
fn a_hold_asks_for_nothing_and_is_not_remembered() {
    let rails = Rails { stabilisation_down: seconds(10), ..Rails::default() };
    check(rails, &[(0, 9, None, 9, NONE), (SECOND, 9, Some(3), 3, NONE)]);
}

#[test]
fn a_change_is_not_reversed_until_it_has_rested() {
    let rails = Rails { cooldown_after_reversal: seconds(60), ..Rails::default() };
    check(
        rails,
        &[
            (0, 4, Some(6), 6, NONE),
            (SECOND, 6, Some(5), 6, COOL),
            (2 * SECOND, 6, Some(8), 8, NONE),
            // The second change, at two seconds, starts the time anew.
            (3 * SECOND, 8, Some(5), 8, COOL),
            (62 * SECOND - 1, 8, Some(5), 8, COOL),
            (62 * SECOND, 8, Some(5), 5, NONE),
            (63 * SECOND, 5, Some(6), 5, COOL),
            (64 * SECOND, 5, Some(4), 4, NONE),
        ],
    );
}

#[test]
fn a_change_by_hand_counts_and_a_failed_one_does_not() {
    let rails = Rails { cooldown_after_reversal: seconds(60), ..Rails::default() };
    check(
        rails,
        &[
            (0, 4, Some(6), 6, NONE),
            // Still four: it was not applied, so the way down is open.
            (SECOND, 4, Some(3), 3, NONE),
            (2 * SECOND, 4, None, 4, NONE),
            // Somebody set it to seven.
            (3 * SECOND, 7, Some(5), 7, COOL),
        ],
    );
}

#[test]
fn rails_are_named_in_the_order_in_which_they_changed_something() {
    let rails = Rails {
        stabilisation_down: seconds(10),
        step_down: Some(1),
        step_up: Some(1),
        ..Rails::default()
    };
    check_within(
        Bounds::replicas(1, 7),
        rails,
        &[
            (0, 9, Some(8), 7, BOUNDS),
            (SECOND, 10, Some(2), 7, &[Rail::Stabilisation, Rail::Step, Rail::Bounds]),
        ],
    );
}

#[test]
fn stale_samples_hold() {
    // The limit in seconds, the sample's age, whether it holds.
    for (limit, age, holds) in [
        (Some(30), 30.0, false),
        (Some(30), 30.001, true),
        (Some(30), f64::NAN, true),
        (Some(30), f64::INFINITY, true),
        (Some(0), 0.0, false),
        (None, 1e9, false),
        (None, f64::NAN, false),
    ] {
        let rails = Rails { stale_after: limit.map(Duration::from_secs), ..Rails::default() };
        let bounds = Bounds { cpu_millicores: Some((100, 900)), ..Bounds::replicas(1, 9) };
        let workloads = [workload(1, 0, bounds)];
        let mut observations = fresh(0, &workloads);
        observations.set(0, Column::ReplicasDesired, 3.0);
        observations.set(0, Column::SampleAgeSeconds, age);
        let wanted = Recommendation {
            replicas: Some(5),
            cpu_millicores: Some(500),
            buffer_requests: Some(7.0),
            ..Recommendation::hold()
        };
        let mut guard = Guard::new(rails, BTreeMap::new(), Duration::ZERO);
        let decision = guard.allow(&observations, &[wanted], &workloads).remove(0);
        let (replicas, cpu_millicores, buffer_requests, by) =
            if holds { (3, None, None, STALE) } else { (5, Some(500), Some(7.0), NONE) };
        assert_eq!(decision.replicas, Some(replicas), "{limit:?} {age}");
        assert_eq!(decision.cpu_millicores, cpu_millicores, "{limit:?} {age}");
        assert_eq!(decision.buffer_requests, buffer_requests, "{limit:?} {age}");
        assert_eq!(rails_of(&decision), by, "{limit:?} {age}");
    }
}

#[test]
fn a_stale_hold_is_named_only_if_it_held_something_back() {
    let rails = Rails { stale_after: Some(Duration::ZERO), ..Rails::default() };
    for (asked, current, by) in
        [(None, 3, NONE), (Some(3), 3, NONE), (Some(4), 3, STALE), (None, 12, BOUNDS)]
    {
        let workloads = [workload(1, 0, Bounds::replicas(1, 9))];
        let mut observations = fresh(0, &workloads);
        observations.set(0, Column::ReplicasDesired, f64::from(current));
        observations.set(0, Column::SampleAgeSeconds, f64::NAN);
        let wanted = Recommendation { replicas: asked, ..Recommendation::hold() };
        let mut guard = Guard::new(rails.clone(), BTreeMap::new(), Duration::ZERO);
        let decision = guard.allow(&observations, &[wanted], &workloads).remove(0);
        assert_eq!(rails_of(&decision), by, "{asked:?} of {current}");
    }
}

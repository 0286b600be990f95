use super::*;

#[test]
fn cells_follow_the_closed_form() {
    // Containers, rate; latency in seconds, utilisation, reward, all worked out by hand.
    for (replicas, rate, latency_seconds, utilisation, reward) in [
        (1, 1, 2.0, 2.0 / 3.0, 0.9),
        (10, 1, 1.0 / 1.1, 1.0 / 15.0, 0.72),
        (9, 1, 9.0 / 11.0, 2.0 / 27.0, 0.3 * 2.0 / 27.0 + 0.7),
        (3, 4, 6.0, 8.0 / 9.0, 0.3 * 8.0 / 9.0 + 0.7),
        (5, 7, 10.0, 14.0 / 15.0, 0.91),
        (6, 8, 6.0, 8.0 / 9.0, 0.3 * 8.0 / 9.0 + 0.7),
        // Nine and ten containers share eight cores.
        (9, 8, 9.0 / 4.0, 16.0 / 27.0, 0.3 * 16.0 / 27.0 + 0.7),
        (10, 8, 2.5, 8.0 / 15.0, 0.86),
    ] {
        let cell = Cell::new(replicas, rate, false);
        let close = |is: f64, should: f64| (is - should).abs() < 1e-12;
        assert!(close(cell.latency_seconds(), latency_seconds), "{cell:?}");
        assert!(close(cell.utilisation(), utilisation), "{cell:?}");
        assert!(close(cell.slo_preservation(), (9.0 / latency_seconds).min(1.0)), "{cell:?}");
        assert!(close(cell.reward(), reward), "{cell:?}");
        assert!(close(cell.concurrency(), f64::from(rate) * latency_seconds), "{cell:?}");
        assert!(close(cell.throughput_per_second(), rate.into()), "{cell:?}");
    }
}

#[test]
fn twenty_one_cells_are_saturated() {
    let saturated = |quirk_cells| -> Vec<Cell> {
        (1..=CONTAINERS_MAX)
            .flat_map(|replicas| (1..=RATE_MAX).map(move |rate| (replicas, rate)))
            .map(|(replicas, rate)| Cell::new(replicas, rate, quirk_cells))
            .filter(|cell| cell.latency_seconds() > 1_000.0)
            .collect()
    };
    assert_eq!(saturated(false).len(), 21);
    assert_eq!(saturated(true).len(), 19);
    for cell in saturated(false) {
        assert_eq!(cell.utilisation(), 1.0);
        assert!(cell.slo_preservation() < 0.001);
        assert_eq!(cell.throughput_per_second(), 1.5 * f64::from(cell.replicas));
    }
}

#[test]
fn two_cells_are_wrong_only_when_asked() {
    for (replicas, rate) in [(2, 3), (4, 6)] {
        assert!(Cell::new(replicas, rate, false).reward() < 0.301);
        let quirk = Cell::new(replicas, rate, true);
        assert_eq!(quirk.latency_seconds(), 8.1);
        assert_eq!(quirk.reward(), 1.0);
    }
    assert_eq!(Cell::new(3, 3, true).latency_seconds(), Cell::new(3, 3, false).latency_seconds());
}

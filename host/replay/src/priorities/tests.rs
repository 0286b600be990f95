use super::*;

const SETTINGS: Prioritised = Prioritised { alpha: 0.6, epsilon: 0.01 };

#[test]
fn refuses_settings_out_of_range() {
    for (alpha, epsilon) in [(-0.1, 0.1), (1.1, 0.1), (f64::NAN, 0.1), (0.6, 0.0), (0.6, f64::NAN)]
    {
        assert!(Priorities::new(Prioritised { alpha, epsilon }, 4).is_err());
    }
}

#[test]
fn new_rows_get_the_largest_priority_ever_seen() {
    let mut priorities = Priorities::new(SETTINGS, 4).unwrap();
    priorities.renew(0);
    assert_eq!(priorities.tree.get(0), 1.0);
    priorities.update(0, -3.0);
    priorities.update(0, 0.5);
    priorities.renew(1);
    assert!((priorities.tree.get(1) - 3.01_f64.powf(0.6)).abs() < 1e-12);
    assert!((priorities.tree.get(0) - 0.51_f64.powf(0.6)).abs() < 1e-12);
}

#[test]
fn saved_priorities_come_back_whole_or_not_at_all() {
    let mut priorities = Priorities::new(SETTINGS, 20).unwrap();
    for slot in 0..10 {
        priorities.renew(slot);
        priorities.update(slot, slot as f32);
    }
    let bytes = priorities.save(10, 10);
    let mut other = Priorities::new(SETTINGS, 20).unwrap();
    let untouched = other.clone();
    let said = |result: Result<(), PrioritiesError>| result.unwrap_err().to_string();
    assert!(
        said(other.restore(&bytes, 11, 10))
            .contains("saved at row 10, but the replay is at row 11")
    );
    assert!(said(other.restore(&bytes, 10, 9)).contains("another number of slots"));
    assert!(said(other.restore(&bytes[..3], 10, 10)).contains("too short"));
    assert!(
        said(other.restore(b"some other file of bytes, and more", 10, 10)).contains("another kind")
    );
    let mut flipped = bytes.clone();
    flipped[40] ^= 1;
    assert!(said(other.restore(&flipped, 10, 10)).contains("damaged"));
    assert_eq!(other, untouched);
    other.restore(&bytes, 10, 10).unwrap();
    assert_eq!(other, priorities);
}

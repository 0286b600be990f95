//! Default card: what an agent looks at and what it can do where nobody says otherwise.

use agent::{Arrangement, Card, Change, Curve, Feature};

/// Utilisation counts up to this; CPU limits of four times the request are rare.
const UTILISATION_MOST: f64 = 4.0;
/// Rates and queues come as ln(1 + x ÷ 10): a tenth at one a second, four at 500, seven at 10,000.
const CROWD_SCALE: f64 = 10.0;
/// The largest that such a number gets; nothing real comes near it.
const CROWD_MOST: f64 = 20.0;
/// A rate that changes by more than this share of itself within a window says no more than that.
const CHANGE_MOST: f64 = 2.0;

/// A card that serves every cluster: seven features of columns that all of them observe, within bounds
/// of the order of one, and one replica fewer, none or one more in a decision, at every tick.
pub fn default_card(arrangement: Arrangement) -> Card {
    let feature =
        |column: &str, most| Feature { clip: Some((0.0, most)), ..Feature::of(column, 1.0) };
    let share =
        |column: &str, of: &str| Feature { over: Some(of.to_owned()), ..feature(column, 1.0) };
    let crowd = |column: &str| Feature {
        scale: CROWD_SCALE,
        curve: Curve::Log1p,
        ..feature(column, CROWD_MOST)
    };
    Card {
        name: "agent".to_owned(),
        version: "0.1.0".to_owned(),
        period_milliseconds: 0,
        arrangement,
        features: vec![
            feature("cpu_utilisation_ratio_mean", UTILISATION_MOST),
            // Without an objective, or before anything was served, none is missed.
            Feature { missing: 1.0, ..feature("slo_preservation_ratio", 1.0) },
            share("replicas_desired", "replicas_max"),
            crowd("arrival_rate_per_second"),
            Feature {
                clip: Some((-CHANGE_MOST, CHANGE_MOST)),
                ..share("arrival_rate_change_per_second", "arrival_rate_per_second")
            },
            Feature { over: Some("replicas_max".to_owned()), ..crowd("queue_length") },
            share("replicas_starting", "replicas_max"),
        ],
        changes: [-1, 0, 1].map(Change::replicas).to_vec(),
        cpu_millicores: None,
        memory_bytes: None,
        steps: agent::Steps::default(),
        facts: Default::default(),
    }
}

#[cfg(test)]
mod tests {
    use agent::View;
    use scaling::Column;

    use super::*;

    #[test]
    fn the_default_card_is_without_complaint_in_every_arrangement() {
        for (arrangement, inputs, heads) in [
            (Arrangement::PerWorkload, 7, vec![3]),
            (Arrangement::Factored { workloads: 3 }, 21, vec![3, 3, 3]),
            (Arrangement::Joint { workloads: 3 }, 21, vec![27]),
        ] {
            let card = default_card(arrangement);
            assert_eq!(card.check(), Vec::new());
            assert_eq!((card.inputs(), card.heads()), (inputs, heads));
        }
    }

    #[test]
    fn the_default_card_reads_columns_that_there_are() {
        let view = View::new(&default_card(Arrangement::PerWorkload));
        for column in view.columns() {
            assert!(Column::from_name(column).is_some(), "{column}");
        }
    }

    #[test]
    fn a_workload_in_distress_is_told_from_an_idle_one() {
        let view = View::new(&default_card(Arrangement::PerWorkload));
        let row = |values: &[(&str, f64)]| {
            let value = |place: usize| {
                let name = &view.columns()[place];
                values.iter().find(|(known, _)| known == name).map_or(f64::NAN, |one| one.1)
            };
            let mut features = [0.0; 7];
            view.encode(value, &mut features);
            features
        };
        // Nothing is known yet: nothing is wrong.
        assert_eq!(row(&[]), [0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
        let distressed = row(&[
            ("cpu_utilisation_ratio_mean", 9.0),
            ("slo_preservation_ratio", 0.25),
            ("replicas_desired", 2.0),
            ("replicas_max", 8.0),
            ("arrival_rate_per_second", 90.0),
            ("arrival_rate_change_per_second", 45.0),
            ("queue_length", 720.0),
            ("replicas_starting", 1.0),
        ]);
        let crowd = 10_f32.ln();
        assert_eq!(distressed, [4.0, 0.25, 0.25, crowd, 0.5, crowd, 0.125]);
    }
}

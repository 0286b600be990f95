use super::*;

fn card() -> Card {
    Card {
        name: "dqn".to_owned(),
        version: "0.1.0".to_owned(),
        period_milliseconds: 0,
        arrangement: Arrangement::PerWorkload,
        features: vec![Feature::of("replicas_desired", 10.0)],
        changes: [-1, 0, 1].map(Change::replicas).to_vec(),
        cpu_millicores: None,
        memory_bytes: None,
        steps: Steps::default(),
        facts: BTreeMap::new(),
    }
}

#[test]
fn a_card_that_makes_no_sense_is_told_which_field_and_why() {
    let check = |change: fn(&mut Card), field: &str, words: &str| {
        let mut changed = card();
        change(&mut changed);
        let found = changed.check();
        let told = found.iter().any(|one| one.field == field && one.message.contains(words));
        assert!(told, "`{field}` {words}: {found:?}");
        assert_eq!(found.len(), 1, "{found:?}");
    };
    assert_eq!(card().check(), []);
    check(|card| card.name = "My agent".to_owned(), "name", "lower case");
    check(|card| card.version = "1".to_owned(), "version", "like 1.2.3");
    check(|card| card.features.clear(), "features", "1 to 1000");
    check(|card| card.features[0].scale = 0.0, "features[0].scale", "divided by it");
    check(|card| card.features[0].missing = f64::NAN, "features[0].missing", "finite");
    check(|card| card.features[0].clip = Some((1.0, 0.0)), "features[0].clip", "smaller end first");
    check(|card| card.changes.push(Change::replicas(1)), "changes[3]", "same as change 2");
    check(|card| card.changes.retain(|one| *one != Change::NONE), "changes", "leaves all as it is");
    check(|card| card.changes.push(Change::cpu(125)), "cpu_millicores", "is missing");
    check(|card| card.cpu_millicores = Some((0, 100)), "cpu_millicores", "0 < smallest");
    check(|card| card.memory_bytes = Some((2, 1)), "memory_bytes", "smallest ≤ largest");
    check(
        |card| card.arrangement = Arrangement::Factored { workloads: 0 },
        "arrangement",
        "1 to 1000 workloads",
    );
    check(
        |card| card.arrangement = Arrangement::Joint { workloads: 11 },
        "arrangement",
        "use `factored`",
    );
}

#[test]
fn arrangements_say_how_large_the_network_is() {
    let size = |arrangement| {
        let card = Card { arrangement, ..card() };
        (card.inputs(), card.heads(), card.outputs(), card.check().len())
    };
    assert_eq!(size(Arrangement::PerWorkload), (1, vec![3], 3, 0));
    assert_eq!(size(Arrangement::Joint { workloads: 3 }), (3, vec![27], 27, 0));
    assert_eq!(size(Arrangement::Joint { workloads: 10 }), (10, vec![59_049], 59_049, 0));
    assert_eq!(size(Arrangement::Factored { workloads: 3 }), (3, vec![3, 3, 3], 9, 0));
}

#[test]
fn a_change_is_found_by_what_it_does() {
    let card =
        Card { changes: vec![Change::NONE, Change::replicas(1), Change::cpu(-125)], ..card() };
    assert_eq!(card.change_of(0, 0, 0), Some(0));
    assert_eq!(card.change_of(1, 0, 0), Some(1));
    assert_eq!(card.change_of(0, -125, 0), Some(2));
    assert_eq!(card.change_of(2, 0, 0), None);
    assert_eq!(card.change_of(1, 0, 1), None);
}

#[test]
fn cards_are_written_shortly_and_read_back() {
    let full = Card {
        arrangement: Arrangement::Joint { workloads: 3 },
        features: vec![Feature {
            times: Some("replicas_desired".to_owned()),
            over: Some("cpu_shares_others".to_owned()),
            curve: crate::Curve::Sqrt,
            clip: Some((0.0, 1.0)),
            ..Feature::of("cpu_shares", 20_480.0)
        }],
        changes: vec![Change::NONE, Change { replicas: 1, cpu_millicores: 2, memory_bytes: 3 }],
        cpu_millicores: Some((100, 2_000)),
        memory_bytes: Some((1, 2)),
        steps: Steps { replicas_up: Some(4), replicas_down: None },
        facts: [("algorithm".to_owned(), "dqn".to_owned())].into(),
        ..card()
    };
    for card in [card(), full] {
        let text = serde_json::to_string(&card).unwrap();
        assert_eq!(serde_json::from_str::<Card>(&text).unwrap(), card, "{text}");
    }
    let short = r#"{"name": "dqn", "features": [{"column": "replicas_desired", "scale": 10}],
        "changes": [{"replicas": -1}, {}, {"replicas": 1}]}"#;
    assert_eq!(serde_json::from_str::<Card>(short).unwrap(), card());
    let unknown = short.replace("scale", "scales");
    let error = serde_json::from_str::<Card>(&unknown).unwrap_err().to_string();
    assert!(error.contains("`scales`"), "{error}");
}

use super::*;

fn schema() -> Schema {
    Schema {
        features: vec!["replicas".to_owned(), "queue_length".to_owned()],
        features_version: "1".to_owned(),
        heads: vec![3, 30],
        scores: vec!["slo".to_owned(), "cost".to_owned()],
    }
}

fn check(change: fn(&mut Experience<'_>), expected: &str) {
    let allowed_after = [true; 33];
    let mut row = Experience {
        workload: WorkloadId(7),
        tenant: TenantId(1),
        provenance: ProvenanceId(0),
        episode: 2,
        turn: 3,
        before: &[1.0, 2.0],
        choices: &[2, 29],
        probability: 0.5,
        scores: &[0.25, -1.0],
        after: &[3.0, 4.0],
        allowed_after: &allowed_after,
        ending: Ending::Running,
    };
    assert_eq!(row.check(&schema()), Ok(()));
    change(&mut row);
    let said = row.check(&schema()).unwrap_err().to_string();
    assert!(said.contains(expected), "{said} lacks {expected}");
}

#[test]
fn refuses_by_name_what_does_not_fit() {
    check(|row| row.before = &[1.0], "with 1 features before: the schema has 2");
    check(|row| row.choices = &[1], "with 1 choices: the schema has 2");
    check(|row| row.scores = &[], "with 0 scores: the schema has 2");
    check(|row| row.allowed_after = &[true], "with 1 allowed options: the schema has 33");
    check(|row| row.after = &[1.0, f32::NAN], "NaN as feature `queue_length` after");
    check(|row| row.scores = &[0.0, f32::INFINITY], "turn 3 with inf as score `cost`");
    check(|row| row.choices = &[3, 0], "choice 3 of head 0: it has 3 options");
    check(|row| row.probability = 1.5, "a probability of 1.5");
}

#[test]
fn gives_back_what_was_packed() {
    let allowed_after: Vec<bool> = (0..33).map(|option| option % 3 != 1).collect();
    for ending in [Ending::Running, Ending::Terminated, Ending::Truncated] {
        let experience = Experience {
            workload: WorkloadId(7),
            tenant: TenantId(1),
            provenance: ProvenanceId(0),
            episode: 2,
            turn: 3,
            before: &[1.0, -2.0],
            choices: &[2, 29],
            probability: f32::NAN,
            scores: &[0.25, -1.0],
            after: &[3.0, 4.0],
            allowed_after: &allowed_after,
            ending,
        };
        let layout = Layout::new(&schema());
        let mut words = vec![u32::MAX; layout.words];
        experience.pack(&layout, &mut words);
        let row = Row {
            sequence: 1,
            workload: experience.workload,
            tenant: experience.tenant,
            provenance: experience.provenance,
            episode: 2,
            turn: 3,
            layout,
            words: &words,
        };
        assert!(row.before().eq([1.0, -2.0]) && row.after().eq([3.0, 4.0]));
        assert_eq!([row.choice(0), row.choice(1)], [2, 29]);
        assert_eq!([row.score(0), row.score(1)], [0.25, -1.0]);
        assert!(row.probability().is_nan());
        assert!((0..33).map(|option| row.allowed_after(option)).eq(allowed_after.iter().copied()));
        assert_eq!(row.ending(), ending);
    }
}

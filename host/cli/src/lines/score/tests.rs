use scaling::Column;

use super::*;

#[test]
fn a_line_is_one_transition_a_workload() {
    let line = r#"{"now_seconds": 15, "transitions": [
        {"workload": "web", "before": {"queue_length": 4}, "after": {"queue_length": 1},
         "action": {"replicas_before": 2, "replicas_after": 3}},
        {"workload": "db"}], "forget": ["web"]}"#;
    let score = Context::default().score(line).unwrap();
    let consequences = &score.consequences;
    assert_eq!(consequences.before.get(0, Column::QueueLength), Some(4.0));
    assert_eq!(consequences.after.get(0, Column::QueueLength), Some(1.0));
    assert_eq!(consequences.after.now.nanoseconds(), 15_000_000_000);
    let rows = score.transitions();
    let told: Vec<_> =
        rows.iter().map(|row| (row.workload.0, row.before_row, row.after_row)).collect();
    assert_eq!(told, [(0, 0, 0), (1, 1, 1)]);
    assert_eq!((rows[0].action.replicas_before, rows[0].action.replicas_after), (2, 3));
    assert_eq!(score.forget, [WorkloadId(0)]);
}

#[test]
fn what_is_wrong_is_told_with_its_place_and_a_remedy() {
    for (line, expected) in [
        (
            r#"{"now_seconds": 1, "transitions": [{"workload": 1}, {"workload": 1}]}"#,
            "transitions[1].workload: `1` is transitions[0] already: each workload once a line",
        ),
        (
            r#"{"now_seconds": 1, "observations": []}"#,
            "observations: unknown field `observations`, expected one of `tick`, `now_seconds`, \
             `now_nanoseconds`, `transitions`, `forget` (column 33)",
        ),
        (
            r#"{"now_seconds": 1, "transitions": [{"workload": 1, "before": {"replica_desired": 1}}]}"#,
            "transitions[0].before: `replica_desired` is no column; did you mean \
             `replicas_desired`? (column 79)",
        ),
    ] {
        let complaint = Context::default().score(line).map(|_| ()).unwrap_err();
        assert_eq!(complaint.to_string(), expected);
    }
}

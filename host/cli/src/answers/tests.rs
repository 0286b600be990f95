use scaling::{Explanation, ReasonId, Recommendation, Refusal, WorkloadId};

use super::*;

fn observations(workloads: u64) -> Observations {
    let now = Timestamp::from_nanoseconds(15_500_000_000);
    Observations::missing(now, 1, (0..workloads).map(WorkloadId).collect())
}

fn names() -> Vec<WorkloadName> {
    vec![WorkloadName::Name("web".to_owned()), WorkloadName::Number(1)]
}

#[test]
fn decisions_tell_what_is_asked_for_and_why_it_is_refused() {
    let web = Recommendation { reason: Some(ReasonId(1)), ..Recommendation::replicas(5) };
    let advice = Advice {
        answers: vec![Ok(web), Err(Refusal::NotANumber { field: "replicas" })],
        explanations: vec![
            Explanation { row: 0, json: "{\"usage\":\n 1.50}".to_owned() },
            Explanation { row: 0, json: "no JSON".to_owned() },
        ],
    };
    let reasons = [Arc::from("idle"), Arc::from("busy")];
    let workloads = names();
    let decided = Decided::new(&observations(2), &workloads, advice, &reasons);
    assert_eq!(
        serde_json::to_string(&decided).unwrap(),
        r#"{"tick":1,"now_seconds":15.5,"decisions":[{"workload":"web","replicas":5,"reason":"busy","explanations":[{"usage":  1.50},"no JSON"]},{"workload":1,"refused":"replicas is not a number"}]}"#
    );
}

#[test]
fn a_hold_asks_for_nothing() {
    let advice = Advice { answers: vec![Ok(Recommendation::hold())], explanations: Vec::new() };
    let workloads = names();
    let decided = Decided::new(&observations(1), &workloads, advice, &[]);
    assert_eq!(
        serde_json::to_string(&decided).unwrap(),
        r#"{"tick":1,"now_seconds":15.5,"decisions":[{"workload":"web"}]}"#
    );
}

#[test]
fn rewards_are_told_or_why_there_are_none() {
    let check = |rewards, expected: &str| {
        let workloads = names();
        let scored = Scored::new(&observations(2), &workloads, rewards);
        assert_eq!(serde_json::to_string(&scored).unwrap(), expected);
    };
    check(
        Ok(vec![0.5, -1.0]),
        r#"{"tick":1,"now_seconds":15.5,"rewards":[{"workload":"web","reward":0.5},{"workload":1,"reward":-1.0}]}"#,
    );
    check(
        Err(RewardError::Declined { message: "no group".to_owned() }),
        r#"{"tick":1,"now_seconds":15.5,"refused":"the reward function declined: no group"}"#,
    );
}

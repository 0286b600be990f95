//! Which samples a metric reads: by name, labels and object.

use sdk::{Detail, Metric, MetricSource, Sampling};
use serde_json::json;

use crate::host::Host;

fn sample(name: &str, selector: &str, object: &str, milli: i64) -> Metric {
    Metric {
        row: 0,
        source: if object.is_empty() { MetricSource::External } else { MetricSource::Object },
        name: name.to_owned(),
        selector: selector.to_owned(),
        described_object: object.to_owned(),
        pod: None,
        milli,
        sampled: Sampling { taken_nanoseconds: 0, window_nanoseconds: 0 },
    }
}

#[test]
fn a_metric_reads_its_own_series_and_no_other() {
    let mut host = Host::new(&json!({ "minReplicas": 1, "maxReplicas": 99, "metrics": [
        { "type": "External", "external": {
            "metric": { "name": "queue", "selector": { "matchLabels": { "shop": "b", "app": "a" } } },
            "target": { "type": "AverageValue", "averageValue": "1" } } },
        { "type": "Object", "object": {
            "metric": { "name": "hits" }, "describedObject": { "kind": "Ingress", "name": "main" },
            "target": { "type": "AverageValue", "averageValue": "1" } } },
    ] }));
    let metrics = vec![
        sample("queue", "app=a,shop=b", "", 5000),
        sample("queue", "app=a,shop=b", "", 2000),
        sample("queue", "shop=b", "", 90_000),
        sample("other", "app=a,shop=b", "", 90_000),
        sample("hits", "", "Ingress/other", 90_000),
        sample("hits", "", "Ingress/main", 6000),
    ];
    let row = [("replicas_desired", 4.0)];
    let advice = host.try_turn(0, &[(1, &row)], vec![Detail::Metrics(metrics)]).unwrap();
    assert_eq!(advice.recommendations[0].replicas, Some(7.0));
    let explanation = &advice.explanations[0].json;
    let explanation: serde_json::Value = serde_json::from_str(explanation).unwrap();
    assert_eq!(
        explanation["rescaleReason"],
        "external metric queue(&LabelSelector{MatchLabels:map[string]string{app: a,shop: b,},\
         MatchExpressions:[]LabelSelectorRequirement{},}) above target"
    );
    assert_eq!(explanation["metrics"][1]["replicas"], 6);
}

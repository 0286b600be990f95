//! Naming: what features and changes are called, in which units, within which bounds.

use agent::{Arrangement, Card, Change, Curve, Feature, parts};

/// What a feature is called: what it is made of, without its scale.
pub(crate) fn name(feature: &Feature) -> String {
    let mut name = feature.column.clone();
    if let Some(times) = &feature.times {
        name = format!("{name} * {times}");
    }
    if let Some(over) = &feature.over {
        name = format!("{name} / {over}");
    }
    match feature.curve {
        Curve::Linear => name,
        Curve::Log1p => format!("ln(1 + {name})"),
        Curve::Sqrt => format!("sqrt({name})"),
    }
}

/// What a feature is counted in: `10 1/s` is tens a second.
pub(crate) fn unit(feature: &Feature) -> String {
    let mut unit = of_column(&feature.column).to_owned();
    if let Some(times) = feature.times.as_deref().map(of_column).filter(|&times| times != "1") {
        unit = if unit == "1" { times.to_owned() } else { format!("{unit}*{times}") };
    }
    if let Some(over) = feature.over.as_deref().map(of_column).filter(|&over| over != "1") {
        unit = if unit == over { "1".to_owned() } else { format!("{unit}/{over}") };
    }
    match feature.scale == 1.0 {
        true => unit,
        false => format!("{} {unit}", feature.scale),
    }
}

/// The unit that a column has in its name.
fn of_column(column: &str) -> &'static str {
    let ends = |end| column.ends_with(end);
    match () {
        () if ends("bytes_per_second") => "B/s",
        () if column.contains("per_second") => "1/s",
        () if column.contains("ratio") => "1",
        () if column.contains("seconds") => "s",
        () if column.contains("millicores") => "mCPU",
        () if column.contains("bytes") => "B",
        () if column.contains("shares") => "shares",
        () if column.contains("replicas") => "replicas",
        () if column.contains("queue") || column.contains("concurrency") => "requests",
        () if column.contains("count") => "workloads",
        () => "1",
    }
}

/// The smallest and the largest value of a feature: its clip, or what its columns can be at all.
pub(crate) fn bounds(feature: &Feature) -> (f32, f32) {
    let known = feature.clip.unwrap_or_else(|| {
        // Only changes are ever below zero, and a scale may turn a number around.
        let signed = feature.columns().any(|column| column.contains("change"));
        match !signed && feature.scale > 0.0 {
            true => (0.0, f64::from(f32::MAX)),
            false => (f64::from(f32::MIN), f64::from(f32::MAX)),
        }
    });
    // What stands for a missing value is not clipped.
    (known.0.min(feature.missing) as f32, known.1.max(feature.missing) as f32)
}

/// What a change is called.
pub(crate) fn change(change: &Change) -> String {
    let parts = [
        (i64::from(change.replicas), "replicas"),
        (i64::from(change.cpu_millicores), "millicores"),
        (change.memory_bytes, "bytes"),
    ];
    let said: Vec<String> = parts
        .iter()
        .filter(|(delta, _)| *delta != 0)
        .map(|(delta, what)| format!("{delta:+} {what}"))
        .collect();
    if said.is_empty() { "hold".to_owned() } else { said.join(", ") }
}

/// What the options of each head are called, for rows whose workloads have these names.
pub(crate) fn actions(card: &Card, rows: &[Vec<String>]) -> Vec<Vec<String>> {
    let changes: Vec<String> = card.changes.iter().map(change).collect();
    let of_workload = |name: &String| -> Vec<String> {
        changes.iter().map(|change| format!("{name}: {change}")).collect()
    };
    match card.arrangement {
        Arrangement::Joint { workloads } => {
            let mut part = vec![0; workloads];
            let mut option = |option: usize, names: &[String]| {
                parts(option, changes.len(), &mut part);
                let each = names.iter().zip(&part);
                each.map(|(name, &one)| format!("{name}: {}", changes[one]))
                    .collect::<Vec<_>>()
                    .join("; ")
            };
            let options = card.outputs();
            rows.iter().map(|names| (0..options).map(|one| option(one, names)).collect()).collect()
        }
        _ => rows.iter().flatten().map(of_workload).collect(),
    }
}

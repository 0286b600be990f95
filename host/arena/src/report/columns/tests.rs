use bytes::Bytes;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Field, Row};

use super::*;
use crate::report::sample;

fn rows(file: Vec<u8>) -> Vec<Row> {
    let reader = SerializedFileReader::new(Bytes::from(file)).unwrap();
    reader.get_row_iter(None).unwrap().map(Result::unwrap).collect()
}

fn field(row: &Row, name: &str) -> Field {
    let found = row.get_column_iter().find(|(column, _)| *column == name);
    found.unwrap_or_else(|| panic!("no column `{name}`")).1.clone()
}

fn double(value: Option<f64>) -> Field {
    value.map_or(Field::Null, Field::Double)
}

#[test]
fn every_metric_of_every_run_and_workload_reads_back() {
    let results = sample::results();
    let rows = rows(measures(&results).unwrap());
    assert_eq!(rows.len(), results.cells.len() * 3);
    let metrics = Metric::all(["balanced", "scarlet"]);
    let mut rows = rows.iter();
    for cell in &results.cells {
        let overall = std::iter::once((Field::Null, &cell.overall));
        let each = cell.workloads.iter();
        let each = each.map(|of| (Field::Str(of.workload.clone()), &of.measures));
        for (workload, measures) in overall.chain(each) {
            let row = rows.next().unwrap();
            assert_eq!(field(row, "entrant"), Field::Str(cell.name.entrant.clone()));
            assert_eq!(field(row, "course"), Field::Str(cell.name.course.clone()));
            assert_eq!(field(row, "seed"), Field::ULong(cell.name.seed));
            assert_eq!(field(row, "workload"), workload);
            assert_eq!(field(row, "measured_seconds"), Field::Double(measures.seconds));
            for metric in &metrics {
                let name = metric.record.name.as_str();
                assert_eq!(field(row, name), double(metric.of(measures)), "{name}");
            }
        }
    }
}

#[test]
fn absent_values_are_nulls_and_infinite_ones_stay_infinite() {
    let mut results = sample::results();
    results.cells[0].overall.latency.seconds_p50 = None;
    results.cells[0].overall.latency.seconds_p99 = Some(f64::INFINITY);
    results.cells[0].name.seed = u64::MAX;
    let rows = rows(measures(&results).unwrap());
    assert_eq!(field(&rows[0], "latency_seconds_p50"), Field::Null);
    assert_eq!(field(&rows[0], "latency_seconds_p99"), Field::Double(f64::INFINITY));
    assert_eq!(field(&rows[0], "seed"), Field::ULong(u64::MAX));
}

#[test]
fn every_point_of_every_series_reads_back() {
    let mut results = sample::results();
    results.cells[0].series[0].reward[3] = None;
    let rows = rows(series(&results).unwrap());
    let kept: Vec<(&Cell, &Series)> = results
        .cells
        .iter()
        .flat_map(|cell| cell.series.iter().map(move |series| (cell, series)))
        .collect();
    let points: usize = kept.iter().map(|(_, series)| series.reward.len()).sum();
    assert_eq!(rows.len(), points);
    let (cell, first) = kept[0];
    let row = &rows[3];
    assert_eq!(field(row, "entrant"), Field::Str(cell.name.entrant.clone()));
    assert_eq!(field(row, "workload"), Field::Str(first.workload.clone()));
    assert_eq!(field(row, "at_seconds"), Field::Double(3.0 * first.step_seconds));
    assert_eq!(field(row, "latency_slo_seconds"), double(first.latency_slo_seconds));
    assert_eq!(field(row, "reward"), Field::Null);
    for (name, of) in &CURVES[..5] {
        assert_eq!(field(row, name), Field::Float(of(first)[3].unwrap()), "{name}");
    }
}

#[test]
fn a_file_describes_its_metrics() {
    let results = sample::results();
    let file = Bytes::from(measures(&results).unwrap());
    let reader = SerializedFileReader::new(file).unwrap();
    let metadata = reader.metadata().file_metadata();
    let pairs = metadata.key_value_metadata().unwrap();
    let described = pairs.iter().find(|pair| pair.key == METRICS_KEY).unwrap();
    let metrics: Vec<crate::results::MetricRecord> =
        serde_json::from_str(described.value.as_ref().unwrap()).unwrap();
    assert_eq!(metrics, results.metrics);
    assert_eq!(metadata.created_by(), Some("regatta 0.1.0"));
}

#[test]
fn the_same_results_give_the_same_bytes() {
    let results = sample::results();
    assert_eq!(measures(&results).unwrap(), measures(&results.clone()).unwrap());
    assert_eq!(series(&results).unwrap(), series(&results.clone()).unwrap());
}

#[test]
fn a_race_without_a_finished_cell_gives_empty_files() {
    let mut results = sample::results();
    results.cells.clear();
    assert_eq!(rows(measures(&results).unwrap()).len(), 0);
    assert_eq!(rows(series(&results).unwrap()).len(), 0);
}

//! Observations: what is seen of every workload at one tick.

use crate::{Column, Details, Timestamp, Workload, WorkloadId};

/// The observations of one tick, one row a workload.
///
/// Values lie column by column, so that handing a policy the columns it declared is one copy a
/// column. Missing values are NaN.
#[derive(Debug, Clone, PartialEq)]
pub struct Observations {
    /// The tick's time.
    pub now: Timestamp,
    /// Ticks since the start of the episode or of the live loop.
    pub tick: u64,
    workloads: Vec<WorkloadId>,
    /// `[Column::COUNT, rows]`
    values: Vec<f64>,
    /// Observations with structure, for those who asked.
    pub details: Details,
}

impl Observations {
    /// Observations of these workloads in which every value is missing.
    pub fn missing(now: Timestamp, tick: u64, workloads: Vec<WorkloadId>) -> Self {
        let values = vec![f64::NAN; Column::COUNT * workloads.len()];
        Self { now, tick, workloads, values, details: Details::default() }
    }

    /// The workloads, one a row.
    pub fn workloads(&self) -> &[WorkloadId] {
        &self.workloads
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.workloads.len()
    }

    /// The row of a workload. Rows are few and mostly in the same place, so it is searched.
    pub fn row_of(&self, workload: WorkloadId) -> Option<usize> {
        self.workloads.iter().position(|&other| other == workload)
    }

    /// One column, a value for each row; NaN means missing.
    pub fn column(&self, column: Column) -> &[f64] {
        let start = column as usize * self.rows();
        &self.values[start..start + self.rows()]
    }

    /// One column, to be filled in.
    pub fn column_mut(&mut self, column: Column) -> &mut [f64] {
        let rows = self.rows();
        let start = column as usize * rows;
        &mut self.values[start..start + rows]
    }

    /// One value, unless it is missing.
    pub fn get(&self, row: usize, column: Column) -> Option<f64> {
        let value = self.column(column)[row];
        (!value.is_nan()).then_some(value)
    }

    /// Sets one value; NaN makes it missing.
    pub fn set(&mut self, row: usize, column: Column, value: f64) {
        self.column_mut(column)[row] = value;
    }

    /// Fills in what is planned for a row: its bounds on replicas, its objective, the throughput that
    /// it is asked to reach, and how many requests one replica takes at a time.
    pub fn tell_plan(
        &mut self,
        row: usize,
        workload: &Workload,
        target_rate_per_second: Option<f64>,
        concurrency_limit: Option<u32>,
    ) {
        let Workload { bounds, slo, .. } = workload;
        let values = [
            (Column::ReplicasMin, f64::from(bounds.replicas_min)),
            (Column::ReplicasMax, f64::from(bounds.replicas_max)),
            (Column::TargetRatePerSecond, target_rate_per_second.unwrap_or(f64::NAN)),
            (Column::ConcurrencyLimit, concurrency_limit.map_or(f64::NAN, f64::from)),
            (Column::LatencySloSeconds, slo.map_or(f64::NAN, |slo| slo.latency_seconds)),
        ];
        for (column, value) in values {
            self.set(row, column, value);
        }
    }

    /// The desired replicas of a row, if they were observed.
    pub fn replicas(&self, row: usize) -> Option<u32> {
        self.get(row, Column::ReplicasDesired).map(|replicas| replicas as u32)
    }
}

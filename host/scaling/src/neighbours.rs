//! Neighbours: what a driver derives of observations once every row has its own values. Every driver
//! derives the same, so that a policy sees the same wherever it runs.

use std::collections::BTreeMap;

use crate::{Column, GroupId, Observations, Workload};

/// What neighbours are averaged over: the column of the others, and the column that it fills.
const MEANS: [(Column, Column); 6] = [
    (Column::CpuUtilisationRatioMean, Column::NeighboursCpuUtilisationRatioMean),
    (Column::SloPreservationRatio, Column::NeighboursSloPreservationRatioMean),
    (Column::ArrivalRateChangePerSecond, Column::NeighboursArrivalRateChangePerSecondMean),
    (Column::ReplicasDesired, Column::NeighboursReplicasMean),
    (Column::CpuLimitMillicores, Column::NeighboursCpuLimitMillicoresMean),
    (Column::MemoryLimitBytes, Column::NeighboursMemoryLimitBytesMean),
];

/// The rows of each group, by the group's number.
pub fn groups(workloads: &[Workload]) -> Vec<Vec<usize>> {
    let mut groups: BTreeMap<GroupId, Vec<usize>> = BTreeMap::new();
    for (row, workload) in workloads.iter().enumerate() {
        groups.entry(workload.group).or_default().push(row);
    }
    groups.into_values().collect()
}

impl Observations {
    /// Fills in what follows from the values of each row and of its neighbours: utilisation, the
    /// shares of others (of `replicas` that exist, by row), and means over the others of each group
    /// (`groups`: the rows of each).
    pub fn derive(&mut self, replicas: &[u32], groups: &[Vec<usize>]) {
        for row in 0..self.rows() {
            self.tell_utilisation(row);
        }
        self.tell_shares_of_others(replicas);
        for rows in groups {
            for &row in rows {
                self.set(row, Column::NeighboursCount, (rows.len() - 1) as f64);
            }
            for (column, mean) in MEANS {
                self.tell_means_of_others(rows, column, mean);
            }
        }
    }

    /// Usage divided by what is set aside; missing where either is.
    fn tell_utilisation(&mut self, row: usize) {
        use Column as C;
        let ratios = [
            (C::CpuUsageMillicoresMean, C::CpuRequestMillicores, C::CpuUtilisationRatioMean),
            (C::MemoryUsageBytesMean, C::MemoryRequestBytes, C::MemoryUtilisationRatioMean),
        ];
        for (usage, request, ratio) in ratios {
            let value = self.column(usage)[row] / self.column(request)[row];
            self.set(row, ratio, value);
        }
    }

    fn tell_shares_of_others(&mut self, replicas: &[u32]) {
        let shares = self.column(Column::CpuShares);
        let own: Vec<f64> = replicas
            .iter()
            .zip(shares)
            .map(|(&replicas, shares)| f64::from(replicas) * shares)
            .collect();
        let all: f64 = own.iter().sum();
        for (row, own) in own.into_iter().enumerate() {
            self.set(row, Column::CpuSharesOthers, all - own);
        }
    }

    /// For each of these rows, the mean over the others that are not missing.
    fn tell_means_of_others(&mut self, rows: &[usize], column: Column, mean: Column) {
        let values: Vec<f64> = rows.iter().map(|&row| self.column(column)[row]).collect();
        let known = |value: &&f64| !value.is_nan();
        let sum: f64 = values.iter().filter(known).sum();
        let count = values.iter().filter(known).count();
        for (&row, &own) in rows.iter().zip(&values) {
            let (sum, count) = if own.is_nan() { (sum, count) } else { (sum - own, count - 1) };
            self.set(row, mean, if count == 0 { f64::NAN } else { sum / count as f64 });
        }
    }
}

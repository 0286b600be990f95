//! Details: the batch's lists, by workload.

use sdk::{Batch, Detail, Fault, Metric, Pod};

/// The lists of one batch that this policy reads.
#[derive(Debug, Clone, Copy, Default)]
pub struct Details<'a> {
    /// Pods.
    pub pods: &'a [Pod],
    /// Samples of custom and external metrics.
    pub metrics: &'a [Metric],
    /// What could not be observed.
    pub faults: &'a [Fault],
}

impl<'a> Details<'a> {
    /// Those of a batch; a list that it does not hold is empty.
    pub fn of(batch: &'a Batch) -> Self {
        let mut details = Self::default();
        for detail in &batch.details {
            match detail {
                Detail::Pods(pods) => details.pods = pods,
                Detail::Metrics(metrics) => details.metrics = metrics,
                Detail::Faults(faults) => details.faults = faults,
                Detail::Buckets(_) | Detail::Edges(_) => {}
            }
        }
        details
    }
}

/// Positions in a list, by row, in the order of the list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ByRow {
    /// Where the positions of each row start, and where the last end; empty for an empty list.
    starts: Vec<usize>,
    positions: Vec<usize>,
}

impl ByRow {
    /// Sorts the detail `list`, whose entries name these rows, or says which row does not exist.
    pub fn of(
        list: &str,
        rows: usize,
        entries: impl Iterator<Item = u32> + Clone,
    ) -> Result<Self, String> {
        Self::sort(rows, entries).map_err(|row| {
            format!("an entry of the detail `{list}` names row {row} and the batch has {rows} rows")
        })
    }

    fn sort(rows: usize, entries: impl Iterator<Item = u32> + Clone) -> Result<Self, u32> {
        if entries.clone().next().is_none() {
            return Ok(Self::default());
        }
        let mut starts = vec![0; rows + 1];
        for row in entries.clone() {
            *starts.get_mut(row as usize + 1).ok_or(row)? += 1;
        }
        for row in 0..rows {
            starts[row + 1] += starts[row];
        }
        let mut next = starts.clone();
        let mut positions = vec![0; starts[rows]];
        for (position, row) in entries.enumerate() {
            positions[next[row as usize]] = position;
            next[row as usize] += 1;
        }
        Ok(Self { starts, positions })
    }

    /// The positions of one row's entries.
    pub fn row(&self, row: usize) -> &[usize] {
        if self.starts.is_empty() {
            return &[];
        }
        &self.positions[self.starts[row]..self.starts[row + 1]]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_entries_of_a_row_in_any_order() {
        let by_row = ByRow::sort(3, [2, 0, 2].into_iter()).unwrap();
        assert_eq!((by_row.row(0), by_row.row(1), by_row.row(2)), (&[1][..], &[][..], &[0, 2][..]));
        assert_eq!(ByRow::sort(3, [].into_iter()).unwrap().row(2), &[] as &[usize]);
        assert_eq!(ByRow::sort(2, [0, 2].into_iter()), Err(2));
    }
}

//! The grid: which state a row is in.

use crate::row::{Layout, Row};
use crate::settings::Binned;

/// The product of all bins. Each column has one bin more than edges, and one for a missing value.
#[derive(Debug)]
pub struct Grid {
    axes: Vec<Axis>,
}

#[derive(Debug)]
struct Axis {
    column: usize,
    edges: Vec<f64>,
}

impl Axis {
    fn bins(&self) -> u32 {
        bins(&self.edges)
    }

    /// Bin i holds the values from edge i−1, included, to edge i, excluded; the last is for missing.
    fn bin(&self, value: f64) -> u32 {
        if value.is_nan() {
            return self.bins() - 1;
        }
        self.edges.partition_point(|&edge| edge <= value) as u32
    }
}

/// How many bins these edges make.
pub fn bins(edges: &[f64]) -> u32 {
    u32::try_from(edges.len()).unwrap_or(u32::MAX).saturating_add(2)
}

impl Grid {
    /// The grid over these columns, whose product of bins has been checked to fit 32 bits.
    pub fn new(columns: &[Binned], layout: &mut Layout) -> Self {
        let axes = columns
            .iter()
            .map(|binned| Axis {
                column: layout.column(&binned.column),
                edges: binned.edges.clone(),
            })
            .collect();
        Self { axes }
    }

    /// The number of the state that the row is in: mixed radix, the first column most significant.
    pub fn state(&self, row: Row) -> u32 {
        self.axes.iter().fold(0, |state, axis| state * axis.bins() + axis.bin(row.get(axis.column)))
    }

    /// The bin on each column of a state, for people and snapshots.
    pub fn bins(&self, state: u32) -> Vec<u32> {
        let mut rest = state;
        let mut bins: Vec<u32> = self
            .axes
            .iter()
            .rev()
            .map(|axis| {
                let bin = rest % axis.bins();
                rest /= axis.bins();
                bin
            })
            .collect();
        bins.reverse();
        bins
    }

    /// The state in these bins, or none if there is no such state.
    pub fn at(&self, bins: &[u32]) -> Option<u32> {
        if bins.len() != self.axes.len() {
            return None;
        }
        self.axes.iter().zip(bins).try_fold(0, |state, (axis, &bin)| {
            (bin < axis.bins()).then(|| state * axis.bins() + bin)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(edges: &[&[f64]]) -> Grid {
        let columns: Vec<_> = edges
            .iter()
            .enumerate()
            .map(|(number, edges)| Binned {
                column: format!("column_{number}"),
                edges: edges.to_vec(),
            })
            .collect();
        Grid::new(&columns, &mut Layout::default())
    }

    #[track_caller]
    fn check(value: f64, bin: u32) {
        let grid = grid(&[&[0.0, 1.0, 2.5]]);
        assert_eq!(grid.state(Row::new(&[value], 1, 0)), bin, "{value}");
    }

    #[test]
    fn a_bin_includes_its_lower_edge_and_missing_has_a_bin_of_its_own() {
        check(f64::NEG_INFINITY, 0);
        check(-0.1, 0);
        check(0.0, 1);
        check(0.999, 1);
        check(1.0, 2);
        check(2.5, 3);
        check(f64::INFINITY, 3);
        check(f64::NAN, 4);
    }

    #[test]
    fn every_state_has_its_own_bins_and_they_lead_back() {
        // 3 × 4 × 2 bins.
        let grid = grid(&[&[0.5], &[1.0, 2.0], &[]]);
        let all: Vec<_> = (0..24).map(|state| grid.bins(state)).collect();
        for (state, bins) in all.iter().enumerate() {
            assert_eq!(grid.at(bins), Some(state as u32));
            assert_eq!(all.iter().filter(|other| *other == bins).count(), 1);
        }
        assert_eq!(grid.at(&[3, 0, 0]), None);
        assert_eq!(grid.at(&[0, 0]), None);
    }
}

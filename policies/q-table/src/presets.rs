//! Presets: published set-ups, as far as this world has their columns. The README says what differs.

use crate::settings::{Binned, Bounds, Change, Preset, Range};

/// Single replicas as long as one more matters, then coarser.
const REPLICAS: &[f64] =
    &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 12.0, 15.0, 20.0, 30.0, 50.0];
const CPU: &[f64] = &[0.2, 0.4, 0.6, 0.8, 1.0];
const MEMORY: &[f64] = &[0.25, 0.5, 0.75, 1.0];
const CONCURRENCY_LIMIT: &[f64] = &[2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0];

fn binned(column: &str, edges: &[f64]) -> Binned {
    Binned { column: column.to_owned(), edges: edges.to_vec() }
}

impl Preset {
    /// The columns of the state.
    pub fn columns(self) -> Vec<Binned> {
        match self {
            Preset::Agarwal => {
                vec![binned("replicas_ready", REPLICAS), binned("cpu_utilisation_ratio_mean", CPU)]
            }
            Preset::Schuler => vec![
                binned("concurrency_limit", CONCURRENCY_LIMIT),
                binned("replicas_desired", REPLICAS),
                binned("cpu_utilisation_ratio_mean", CPU),
                binned("memory_utilisation_ratio_mean", MEMORY),
            ],
        }
    }

    /// Keep, one replica more, one less. Keep comes first: it is the answer where nothing is known.
    pub fn actions(self) -> Vec<Change> {
        [0, 1, -1].map(|replicas| Change { replicas, ..Change::default() }).into()
    }

    /// The bounds beside those of the workload.
    pub fn bounds(self) -> Bounds {
        match self {
            // Agarwal and colleagues never scale to zero.
            Preset::Agarwal => {
                Bounds { replicas: Range { min: Some(1.0), max: None }, ..Bounds::default() }
            }
            Preset::Schuler => Bounds::default(),
        }
    }
}

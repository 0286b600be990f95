//! Side-by-side experiments: pairing, statistics, reports.

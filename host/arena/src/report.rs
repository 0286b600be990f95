//! Report: what a race found, for people and for other programs. Every output is a pure function of
//! [`Results`](crate::results::Results): the same results give the same bytes.
//!
//! - [`table`] is text for a terminal.
//! - [`page`] is one HTML file with charts that needs nothing else, neither files nor network.
//! - [`measures`] and [`series`] are Parquet files for data frames.
//!
//! The document itself is `results.json`; everything here can be made from it again.

mod columns;
mod number;
mod page;
#[cfg(test)]
mod sample;
mod standing;
mod table;

pub use columns::{ColumnsError, METRICS_KEY, measures, series};
pub use page::page;
pub use table::{Terminal, table};

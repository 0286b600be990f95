//! Replay: the experience that agents learn from.
//!
//! A ring in memory serves samples; a log beside it makes them outlive the process. Rows are kept as
//! they were scored, with who acted and how, and nothing is recomputed. The log says which slot of the
//! ring a row went to, so that a ring read back from it is the ring that was, slot for slot, and the
//! same generator draws the same samples.

mod batch;
mod bits;
mod chance;
mod draw;
mod experience;
mod export;
mod import;
mod limits;
mod log;
mod priorities;
mod provenance;
mod replay;
mod report;
mod ring;
mod schema;
mod status;
mod sum_tree;

pub use batch::{Batch, RowId};
pub use draw::{Draw, SampleError, Whose};
pub use experience::{Experience, ExperienceError, Row};
pub use export::{ExportError, Format, export};
pub use import::{ImportError, import, schema_of};
pub use limits::{Limits, LimitsError};
pub use log::{Backlog, Damage, LogError, LogSettings, Recovery};
pub use priorities::{PrioritiesError, Prioritised};
pub use provenance::{Provenance, ProvenanceId};
pub use replay::{Mark, Replay, ReplayError, RewindError, Sequence, Settings};
pub use report::{
    Exported, Holding, Imported, SegmentReport, Source, Stat, Verified, stat, verify,
};
pub use schema::{Schema, SchemaError};
pub use status::Status;

#[cfg(test)]
mod tests;

//! Load: the traces that a race file asks for, or the generator that stands in.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};
use traffic::azure2019::Trace2019;
use traffic::azure2021::Trace2021;
use traffic::{ArrivalSpec, ProcessSpec, Traces, fitted};

use crate::experiment::{ExperimentError, Raw};

/// How many functions and minutes the generator makes: as many as the sample that it is fitted to.
const SYNTHETIC_FUNCTIONS: usize = 500;
const SYNTHETIC_MINUTES: usize = 60;
/// The generator's seed. It stands for the trace, which is the same for every seed of a race.
const SYNTHETIC_SEED: u64 = 2019;

/// Where arrivals come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// From the race file alone.
    Generators,
    /// From a recorded trace.
    Trace {
        /// Its format.
        format: &'static str,
        /// Where it was read from.
        folder: PathBuf,
        /// SHA-256 of what was read.
        digest: String,
    },
    /// From a generator fitted to a trace, because nobody gave the trace.
    Fitted {
        /// The trace's format.
        format: &'static str,
    },
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Generators => formatter.write_str("generators of the race file"),
            Source::Trace { format, folder, .. } => {
                write!(formatter, "the {format} trace in {}", folder.display())
            }
            Source::Fitted { format } => write!(
                formatter,
                "a generator fitted to the {format} trace (give the trace itself with --trace DIR)"
            ),
        }
    }
}

impl Source {
    /// The one trace that all seeds share.
    pub(crate) fn one_trace(&self) -> Option<String> {
        match self {
            Source::Generators => None,
            Source::Trace { format, .. } => Some(format!("the {format} trace")),
            Source::Fitted { format } => {
                Some(format!("the generator fitted to the {format} trace"))
            }
        }
    }

    /// What identifies it, for provenance; where it lay on a disk does not.
    pub(crate) fn facts(&self) -> BTreeMap<String, String> {
        let fact = match self {
            Source::Generators => return BTreeMap::new(),
            Source::Trace { format, digest, .. } => {
                ((*format).to_owned(), format!("sha256:{digest}"))
            }
            Source::Fitted { format } => {
                ((*format).to_owned(), format!("fitted generator, seed {SYNTHETIC_SEED}"))
            }
        };
        BTreeMap::from([fact])
    }
}

/// The traces at hand and where arrivals come from.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) traces: Traces,
    pub(crate) source: Source,
}

/// Loads what a race file asks for.
pub(crate) fn load(
    file: &Path,
    raw: &Raw,
    folder: Option<&Path>,
) -> Result<Loaded, ExperimentError> {
    let workloads = raw.workloads.iter().chain(&raw.training.workloads);
    let arrivals = workloads.filter_map(|workload| workload.arrivals.as_ref());
    let place = if raw.functions.is_some() { "functions" } else { "workloads" };
    traces(file, place, (arrivals, raw.functions.is_some()), folder)
}

/// Loads the trace that some arrivals ask for; `always` if the one of 2019 is asked for anyway.
pub(crate) fn traces<'a>(
    file: &Path,
    place: &str,
    (arrivals, always): (impl Iterator<Item = &'a ArrivalSpec> + Clone, bool),
    folder: Option<&Path>,
) -> Result<Loaded, ExperimentError> {
    let asks = |wanted: fn(&ProcessSpec) -> bool| {
        arrivals.clone().any(|arrivals| wanted(&arrivals.process))
    };
    let wants_2019 = always || asks(|process| matches!(process, ProcessSpec::Azure2019 { .. }));
    let wants_2021 = asks(|process| matches!(process, ProcessSpec::Azure2021 { .. }));
    match (wants_2019, wants_2021, folder) {
        (true, true, _) => Err(ExperimentError::invalid(
            file,
            place,
            "ask for the azure2019 and the azure2021 trace; a race takes one of them",
        )),
        (true, false, Some(folder)) => {
            let trace = Trace2019::read(folder)
                .map_err(|source| ExperimentError::Trace { source: source.into() })?;
            let digest = hex(format!("{trace:?}").as_bytes());
            let traces = Traces { azure2019: Some(Arc::new(trace)), ..Traces::default() };
            let source = Source::Trace { format: "azure2019", folder: folder.to_owned(), digest };
            Ok(Loaded { traces, source })
        }
        (true, false, None) => {
            let trace = fitted::synthetic(SYNTHETIC_SEED, SYNTHETIC_FUNCTIONS, SYNTHETIC_MINUTES);
            let traces = Traces { azure2019: Some(Arc::new(trace)), ..Traces::default() };
            Ok(Loaded { traces, source: Source::Fitted { format: "azure2019" } })
        }
        (false, true, Some(folder)) => {
            let trace = Trace2021::read(folder)
                .map_err(|source| ExperimentError::Trace { source: source.into() })?;
            let digest = hex(format!("{trace:?}").as_bytes());
            let traces = Traces { azure2021: Some(Arc::new(trace)), ..Traces::default() };
            let source = Source::Trace { format: "azure2021", folder: folder.to_owned(), digest };
            Ok(Loaded { traces, source })
        }
        (false, true, None) => Err(ExperimentError::invalid(
            file,
            place,
            "ask for the azure2021 trace, which only --trace FILE gives",
        )),
        (false, false, Some(_)) => Err(ExperimentError::invalid(
            file,
            "",
            "asks for no trace; leave --trace out, or give it workloads with arrivals of a trace",
        )),
        (false, false, None) => {
            Ok(Loaded { traces: Traces::default(), source: Source::Generators })
        }
    }
}

/// SHA-256 in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

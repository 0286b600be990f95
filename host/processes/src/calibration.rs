//! Calibration: measures one function alone on this machine, as a replica of a race is measured, and
//! gives plain numbers.
//!
//! A real replica runs in a real control group behind the real proxy. A closed loop of callers asks
//! it, each one anew when it was answered; a cell is what came of it under one CPU limit with so many
//! callers. Cells follow each other on the same replica, whose limit changes in place.

mod callers;
mod error;
mod figures;
mod measured;
mod measurement;
mod own;
mod question;
mod reading;
mod rules;
mod seldom;
mod site;
mod subject;

use tokio::runtime::Builder;

use crate::{FleetSettings, Groups, HostId, sweep};
use measurement::Measurement;
use site::Site;

pub use error::CalibrationError;
pub use measured::{CellMeasured, Measured};
pub use rules::CalibrationRules;

/// What is about to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// A replica is started to see how long that takes.
    Start {
        /// Which, from 1.
        number: u32,
        /// Of how many.
        of: u32,
    },
    /// The last one that was started is asked for the first time, and its memory at rest is read.
    FirstAnswers,
    /// A cell is measured.
    Cell {
        /// Which, from 1.
        number: usize,
        /// Of how many.
        of: usize,
        /// The CPU limit; none for no limit.
        limit_millicores: Option<u32>,
        /// Callers.
        concurrency: u32,
    },
    /// It is asked seldom, without a limit.
    Seldom,
}

/// Measures one function. Of the fleet count the program with its arguments and environment, its
/// probe and patience, its limits, its time-out and what its load asks; how often it is asked is
/// calibration's own. `tell` is called before each stage.
///
/// The machine should have nothing else to do. Blocks for as long as the cells take, so it must not
/// be called from an async thread. Nothing stays behind, whatever comes of it.
///
/// # Errors
/// [`CalibrationError`] if the rules make no sense, or if the function cannot be started, does not get
/// ready, ends, or fails more than half of its requests.
pub fn calibrate(
    fleet: &FleetSettings,
    rules: &CalibrationRules,
    tell: &mut dyn FnMut(Stage),
) -> Result<Measured, CalibrationError> {
    rules.check()?;
    let host = HostId::own()?;
    // What hosts left that were killed. What cannot be removed harms nobody here.
    sweep(host);
    calibrate_in(Groups::detect(host), fleet, rules, tell)
}

fn calibrate_in(
    groups: Groups,
    fleet: &FleetSettings,
    rules: &CalibrationRules,
    tell: &mut dyn FnMut(Stage),
) -> Result<Measured, CalibrationError> {
    // One thread: what is measured needs the cores.
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|source| CalibrationError::Thread { source })?;
    runtime.block_on(measure(groups, fleet, rules, tell))
}

async fn measure(
    groups: Groups,
    fleet: &FleetSettings,
    rules: &CalibrationRules,
    tell: &mut dyn FnMut(Stage),
) -> Result<Measured, CalibrationError> {
    let site = Site::open(groups, fleet)?;
    let uncapped = site.uncapped();
    // Without control groups limits would be in name only.
    let limits = if uncapped.is_some() { vec![None] } else { rules.limits_millicores.clone() };
    let (mut starts_seconds, mut start_cpu_seconds) = (Vec::new(), Vec::new());
    let subject = loop {
        let number = starts_seconds.len() as u32 + 1;
        tell(Stage::Start { number, of: rules.starts });
        let subject = site.start(number).await?;
        starts_seconds.push(subject.start_seconds);
        start_cpu_seconds.push(subject.start_cpu_seconds);
        if number == rules.starts {
            break subject;
        }
        subject.stop().await;
    };
    starts_seconds.sort_by(f64::total_cmp);

    let mut measurement = Measurement::new(&site, &subject, rules);
    measurement.check_limits(&limits)?;
    tell(Stage::FirstAnswers);
    let memory_idle_bytes = measurement.first_answers(limits[0]).await?;
    let (number_of_cells, mut cells) = (limits.len() * rules.concurrencies.len(), Vec::new());
    for &limit_millicores in &limits {
        for &concurrency in &rules.concurrencies {
            let number = cells.len() + 1;
            tell(Stage::Cell { number, of: number_of_cells, limit_millicores, concurrency });
            cells.push(measurement.cell(limit_millicores, concurrency).await?);
        }
    }
    tell(Stage::Seldom);
    let seldom = measurement.seldom(seldom::rate(&cells)).await?;
    subject.stop().await;
    Ok(Measured {
        starts_seconds,
        start_cpu_seconds: figures::mean(&start_cpu_seconds).unwrap_or(0.0),
        start_limit_millicores: fleet.limits.cpu_millicores.filter(|_| uncapped.is_none()),
        memory_idle_bytes,
        memory_per_request_bytes: figures::memory_per_request_bytes(
            memory_idle_bytes,
            &cells[..rules.concurrencies.len()],
        ),
        seldom,
        cells,
        uncapped,
    })
}

#[cfg(test)]
mod tests;

//! Raw: a settings file as it is written. Units are in the names; what is left out stays as it is.

use std::collections::BTreeMap;

use sandbox::{Discipline, Intake, Limits, Threads, Wasi};
use serde::Deserialize;

use super::bounded::{Seconds, Whole, milliseconds};
use crate::{Allowance, CompileLimits, Quota, TenantName};

/// The smallest address space in which the compiler starts and can say what it lacks.
const ADDRESS_SPACE_LEAST: u64 = 64 << 20;

/// The whole file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Raw {
    /// What every tenant is allowed that does not say otherwise.
    #[serde(default)]
    pub(super) defaults: RawAllowance,
    /// What each tenant is allowed beside that.
    #[serde(default)]
    pub(super) tenants: BTreeMap<TenantName, Option<RawAllowance>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawAllowance {
    intake: RawIntake,
    compile: RawCompile,
    limits: RawLimits,
    room: RawRoom,
    at_rest: RawAtRest,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawIntake {
    component_bytes: Option<Whole<8, { Intake::MAXIMA.component_bytes as u64 }>>,
    wasi: Option<RawWasi>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum RawWasi {
    Refused,
    Stubbed,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawCompile {
    address_space_bytes:
        Option<Whole<ADDRESS_SPACE_LEAST, { CompileLimits::MAXIMA.address_space_bytes }>>,
    deadline_seconds: Option<Seconds<100, { milliseconds(CompileLimits::MAXIMA.deadline) }>>,
    cpu_seconds_per_mib: Option<Whole<1, { CompileLimits::MAXIMA.cpu_seconds_per_mib as u64 }>>,
    code_bytes: Option<Whole<1, { CompileLimits::MAXIMA.code_bytes }>>,
    threads: Option<RawThreads>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum RawThreads {
    One,
    All,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawLimits {
    setup_fuel: Option<Whole<1, { Limits::MAXIMA.setup_fuel }>>,
    call_fuel: Option<Whole<0, { Limits::MAXIMA.call_fuel }>>,
    row_fuel: Option<Whole<0, { Limits::MAXIMA.row_fuel }>>,
    deadline_seconds: Option<Seconds<1, DEADLINE_MOST>>,
    memory_bytes: Option<Whole<1, { Limits::MAXIMA.memory_bytes as u64 }>>,
    copied_bytes: Option<Whole<1, { Limits::MAXIMA.copied_bytes as u64 }>>,
    handles: Option<Whole<0, { Limits::MAXIMA.handles as u64 }>>,
    snapshot_bytes: Option<Whole<0, { Limits::MAXIMA.snapshot_bytes as u64 }>>,
    log_lines: Option<Whole<0, { Limits::MAXIMA.log_lines as u64 }>>,
    log_bytes_per_second: Option<Whole<0, { Limits::MAXIMA.log_bytes_per_second }>>,
    calls_between_snapshots: Option<Whole<1, { Limits::MAXIMA.calls_between_snapshots as u64 }>>,
    discipline: RawDiscipline,
}

/// A tenant's modules always have a deadline.
const DEADLINE_MOST: u64 = match Limits::MAXIMA.deadline {
    Some(deadline) => milliseconds(deadline),
    None => panic!("the maxima leave nothing out"),
};

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawDiscipline {
    pause_first_seconds: Option<Seconds<0, { milliseconds(DISCIPLINE.pause_first) }>>,
    pause_longest_seconds: Option<Seconds<0, { milliseconds(DISCIPLINE.pause_longest) }>>,
    failures_to_quarantine: Option<Whole<1, { DISCIPLINE.failures_to_quarantine as u64 }>>,
}

/// So is it with what follows failures in a row.
const DISCIPLINE: Discipline = match Limits::MAXIMA.discipline {
    Some(discipline) => discipline,
    None => panic!("the maxima leave nothing out"),
};

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawRoom {
    instances: Option<Whole<1, { sandbox::Quota::MAXIMA.instances as u64 }>>,
    memory_bytes: Option<Whole<1, { sandbox::Quota::MAXIMA.memory_bytes }>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawAtRest {
    versions: Option<Whole<0, { Quota::MAXIMA.versions }>>,
    bytes: Option<Whole<0, { Quota::MAXIMA.bytes }>>,
    compiled_bytes: Option<Whole<0, { Allowance::COMPILED_BYTES_MOST }>>,
}

impl RawAllowance {
    /// Puts what the file says in the place of what was allowed before.
    pub(super) fn apply(self, to: &mut Allowance) {
        self.intake.apply(&mut to.intake);
        self.compile.apply(&mut to.compile);
        self.limits.apply(&mut to.limits);
        Whole::set(self.room.instances, &mut to.room.instances);
        Whole::set(self.room.memory_bytes, &mut to.room.memory_bytes);
        Whole::set(self.at_rest.versions, &mut to.at_rest.versions);
        Whole::set(self.at_rest.bytes, &mut to.at_rest.bytes);
        Whole::set(self.at_rest.compiled_bytes, &mut to.compiled_bytes);
    }
}

impl RawIntake {
    fn apply(self, to: &mut Intake) {
        Whole::set(self.component_bytes, &mut to.component_bytes);
        match self.wasi {
            Some(RawWasi::Refused) => to.wasi = Wasi::Refused,
            Some(RawWasi::Stubbed) => to.wasi = Wasi::Stubbed,
            None => {}
        }
    }
}

impl RawCompile {
    fn apply(self, to: &mut CompileLimits) {
        Whole::set(self.address_space_bytes, &mut to.address_space_bytes);
        Seconds::set(self.deadline_seconds, &mut to.deadline);
        Whole::set(self.cpu_seconds_per_mib, &mut to.cpu_seconds_per_mib);
        Whole::set(self.code_bytes, &mut to.code_bytes);
        match self.threads {
            Some(RawThreads::One) => to.threads = Threads::One,
            Some(RawThreads::All) => to.threads = Threads::All,
            None => {}
        }
    }
}

impl RawLimits {
    fn apply(self, to: &mut Limits) {
        Whole::set(self.setup_fuel, &mut to.setup_fuel);
        Whole::set(self.call_fuel, &mut to.call_fuel);
        Whole::set(self.row_fuel, &mut to.row_fuel);
        Seconds::set(self.deadline_seconds, &mut to.deadline);
        Whole::set(self.memory_bytes, &mut to.memory_bytes);
        Whole::set(self.copied_bytes, &mut to.copied_bytes);
        Whole::set(self.handles, &mut to.handles);
        Whole::set(self.snapshot_bytes, &mut to.snapshot_bytes);
        Whole::set(self.log_lines, &mut to.log_lines);
        Whole::set(self.log_bytes_per_second, &mut to.log_bytes_per_second);
        Whole::set(self.calls_between_snapshots, &mut to.calls_between_snapshots);
        let (given, discipline) = (self.discipline, to.discipline.get_or_insert_default());
        Seconds::set(given.pause_first_seconds, &mut discipline.pause_first);
        Seconds::set(given.pause_longest_seconds, &mut discipline.pause_longest);
        Whole::set(given.failures_to_quarantine, &mut discipline.failures_to_quarantine);
    }
}

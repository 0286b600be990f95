//! Fault: a disk that fails, or a process that is killed, at a step of a test's choice; and what
//! steps were taken.

use std::cell::RefCell;
use std::io;
use std::path::{Path, PathBuf};

use nix::sys::signal::{Signal, raise};

use super::Step;

/// What happens at the chosen step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The disk is full.
    Full,
    /// The process is killed, as by `kill -9`.
    Kill,
}

/// A step that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Taken {
    pub(crate) what: &'static str,
    pub(crate) path: PathBuf,
}

#[derive(Default)]
struct Plan {
    /// Steps before the fault, and which.
    fault: Option<(usize, Fault)>,
    taken: Vec<Taken>,
}

thread_local! {
    /// Of this thread, so that tests beside it are left alone.
    static PLAN: RefCell<Plan> = RefCell::default();
}

/// Plans a fault of this thread after so many more steps, and forgets the steps taken.
pub(crate) fn plan(steps: usize, fault: Fault) {
    PLAN.set(Plan { fault: Some((steps, fault)), taken: Vec::new() });
}

/// The steps of this thread since it last asked or planned; true if the fault has come, and there is
/// no plan any more.
pub(crate) fn taken() -> (Vec<Taken>, bool) {
    let plan = PLAN.take();
    (plan.taken, plan.fault.is_none())
}

pub(super) fn before(step: Step<'_>) -> io::Result<()> {
    PLAN.with_borrow_mut(|plan| {
        match &mut plan.fault {
            Some((0, Fault::Full)) => {
                plan.fault = None;
                return Err(io::ErrorKind::StorageFull.into());
            }
            Some((0, Fault::Kill)) => raise(Signal::SIGKILL)?,
            Some((steps, _)) => *steps -= 1,
            None => {}
        }
        let (what, path) = named(step);
        plan.taken.push(Taken { what, path: path.to_owned() });
        Ok(())
    })
}

fn named(step: Step<'_>) -> (&'static str, &Path) {
    match step {
        Step::MakeFolder(path) => ("make folder", path),
        Step::MakeScratch(path) => ("make scratch", path),
        Step::Write(path) => ("write", path),
        Step::Sync(path) => ("sync", path),
        Step::Name(path) => ("name", path),
        Step::SyncFolder(path) => ("sync folder", path),
        Step::Remove(path) => ("remove", path),
    }
}

//! List: many files, one line each, looked at on all cores.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{available_parallelism, scope};
use std::time::Duration;

use anyhow::anyhow;
use registry::Allowance;
use sandbox::{Threads, World};
use serde::Serialize;

use super::PATIENCE_EACH;
use super::inspection::{Inspection, Inspector, State};
use super::line::{bad, cut, dim, good, time, width};
use crate::entrance::{Lane, stopwatch};
use crate::exit::Failure;
use crate::output::Card;

/// Files in the order of their naming, and how long all of them took.
pub(super) type Inspected = (Vec<Inspection>, Duration);

/// Looks at every file; each worker is a tenant of its own, so that none waits for another.
pub(super) fn inspect(
    world: World,
    files: &[PathBuf],
    settings: Option<&str>,
    mut allowance: Allowance,
) -> Result<Inspected, Failure> {
    let since = stopwatch();
    let workers = available_parallelism().map_or(1, usize::from).min(files.len().max(1));
    // There are files enough for all processors.
    allowance.compile.threads = Threads::One;
    let allowance = &allowance;
    let lane = &Lane::open(workers)?;
    let inspector = Inspector { lane, world, settings, allowance, patience: PATIENCE_EACH };
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, Result<Inspection, Failure>)>> = Mutex::default();
    let owners = (0..workers)
        .map(|worker| lane.tenant(&format!("check-{worker}"), allowance))
        .collect::<Result<Vec<_>, _>>()?;
    scope(|scope| {
        for owner in &owners {
            scope.spawn(|| {
                while let Some((place, path)) = taken(&next, files) {
                    let inspection = inspector.inspect(path, &name(path), owner);
                    let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
                    done.push((place, inspection));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(place, _)| *place);
    let inspections = done.into_iter().map(|(_, one)| one).collect::<Result<Vec<_>, _>>()?;
    Ok((inspections, since()))
}

fn taken<'a>(next: &AtomicUsize, files: &'a [PathBuf]) -> Option<(usize, &'a Path)> {
    let place = next.fetch_add(1, Ordering::Relaxed);
    files.get(place).map(|path| (place, path.as_path()))
}

/// A file's name without its folder.
fn name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// Many files.
#[derive(Serialize)]
pub(super) struct ListCard {
    files: Vec<Inspection>,
    refused: usize,
    with_findings: usize,
    seconds: f64,
}

impl ListCard {
    pub(super) fn new((files, took): Inspected) -> Self {
        let count = |verdict| files.iter().filter(|one| one.verdict() == verdict).count();
        let (refused, with_findings) = (count("refused"), count("findings"));
        Self { files, refused, with_findings, seconds: took.as_secs_f64() }
    }

    /// How the program ends.
    pub(super) fn failure(&self) -> Option<Failure> {
        let (all, refused, found) = (self.files.len(), self.refused, self.with_findings);
        let words = match (refused, found) {
            (0, 0) => return None,
            (refused, 0) => format!("{refused} of {all} files refused"),
            (0, found) => format!("{found} of {all} files have something to change"),
            (refused, found) => {
                format!("of {all} files {refused} refused, and {found} with something to change")
            }
        };
        Some(Failure::component(anyhow!(words)))
    }
}

/// Mark, verdict, and what there is to say.
fn told(inspection: &Inspection) -> (String, String, String) {
    match &inspection.state {
        State::Refused { stage, error } => (bad(), format!("refused at {stage}"), error.clone()),
        State::Passed(passed) => {
            let found: Vec<String> = passed
                .conformance
                .findings()
                .map(|(item, finding)| format!("{item}: {}", finding.seen))
                .collect();
            let what = format!("{} {}", passed.module, passed.version);
            match (found.as_slice(), &passed.conformance.needs_settings) {
                ([], None) if passed.unfinished() > 0 => {
                    let words = format!(
                        "{what}: no time for {} items; check it alone",
                        passed.unfinished()
                    );
                    (dim("–"), "unfinished".to_owned(), words)
                }
                ([], None) => (good(), "good".to_owned(), what),
                ([], Some(needed)) => {
                    let example = needed.example.as_ref().filter(|_| needed.accepted);
                    let words = match example {
                        Some(example) => format!("{what}, say --settings '{example}'"),
                        None => format!("{what}: {}", needed.complaints),
                    };
                    (good(), "needs settings".to_owned(), words)
                }
                ([one], _) => (bad(), "1 finding".to_owned(), one.clone()),
                (several, _) => (bad(), format!("{} findings", several.len()), several.join("; ")),
            }
        }
    }
}

/// A file's name, with its mark, verdict and words.
type Line<'a> = (&'a String, (String, String, String));

impl Card for ListCard {
    fn text(&self) -> String {
        let mut text = String::new();
        let lines: Vec<Line<'_>> = self.files.iter().map(|one| (&one.name, told(one))).collect();
        let widest = |of: &dyn Fn(&Line<'_>) -> usize, most: usize| {
            lines.iter().map(of).max().unwrap_or(0).min(most)
        };
        let names = widest(&|(name, _)| name.chars().count(), 40);
        let verdicts = widest(&|(_, (_, verdict, _))| verdict.chars().count(), 24);
        for (name, (mark, verdict, words)) in &lines {
            let name = cut(name, names);
            let left = format!("{mark} {name:names$}  {verdict:verdicts$}");
            // Whatever reads a file or a pipe has room for all of it.
            let words = if console::Term::stdout().is_term() {
                cut(words, width().saturating_sub(names + verdicts + 6))
            } else {
                words.clone()
            };
            writeln!(text, "{left}  {}", dim(&words)).expect("a string takes text");
        }
        let (all, refused, found) = (lines.len(), self.refused, self.with_findings);
        let rest = all - refused - found;
        writeln!(
            text,
            "{all} files in {}: {refused} refused, {found} with findings, {rest} let in",
            time(Duration::from_secs_f64(self.seconds))
        )
        .expect("a string takes text");
        text
    }
}

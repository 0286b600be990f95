//! `regatta policy call`: a scenario, line by line, through one policy.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::Args;
use sandbox::ComponentPolicy;
use scaling::{Batch, Policy, WorkloadId};

use crate::answers::Decided;
use crate::exit::Failure;
use crate::lines::{Context, Source, Turn};
use crate::module;
use crate::output::{Output, note};
use crate::settings::{self, Settings};
use crate::snapshot;

/// Puts observations to a policy, one tick a line, and prints what it recommends.
///
/// Input and output are JSON Lines. The answers are the policy's own, judged (what cannot be meant is
/// refused, with the reason), with no guard rails behind them. A line is one turn of the policy,
/// whatever its period is, and one batch: for a policy of scope `group` it is one group.
#[derive(Debug, Args)]
#[command(after_long_help = HELP)]
pub(crate) struct Arguments {
    /// A built-in policy's name, or the path of a .wasm file.
    policy: String,
    /// The scenario; standard input if it is left out or `-`.
    input: Option<PathBuf>,
    /// The policy's settings: JSON, or @FILE.
    #[arg(long, value_name = "JSON|@FILE")]
    settings: Option<Settings>,
    /// The policy's only source of chance.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// State to begin with: a file that --snapshot-out wrote, or written by hand.
    #[arg(long, value_name = "FILE")]
    snapshot: Option<PathBuf>,
    /// Where the state at the end goes: a file, or `-` for a last line of the output.
    #[arg(long, value_name = "FILE|-")]
    snapshot_out: Option<PathBuf>,
    /// Ask for explanations on every line that does not say `"explain": false`.
    #[arg(long)]
    explain: bool,
    /// Allow exploring on every line that does not say `"explore": false`.
    #[arg(long)]
    explore: bool,
}

const HELP: &str = include_str!("call.txt");

pub(crate) fn run(arguments: &Arguments, mut output: Output) -> Result<(), Failure> {
    let settings = settings::text(arguments.settings.as_ref())?;
    let snapshot = arguments.snapshot.as_deref().map(snapshot::read).transpose()?;
    let mut source = Source::open(arguments.input.as_deref())?;
    let component = module::all()?.policy(&arguments.policy)?;
    let mut policy = component
        .instantiate(&settings, arguments.seed)
        .map_err(|error| Failure::from(error).at(settings::place(arguments.settings.as_ref())))?;
    if let (Some(snapshot), Some(file)) = (&snapshot, &arguments.snapshot) {
        policy.restore(snapshot).map_err(|error| Failure::component(error).at(file.display()))?;
    }
    let mut context = Context::default();
    let mut present = BTreeSet::new();
    while let Some(turn) = source.next(|line| context.turn(line))? {
        let decided = take(&mut policy, &turn, &mut present, arguments);
        for line in policy.take_log() {
            let level = format!("{:?}", line.level).to_lowercase();
            note(format_args!("{} says ({level}): {}", arguments.policy, line.message));
        }
        output.line(&decided.map_err(|failure| failure.at(source.place()))?)?;
    }
    let Some(place) = &arguments.snapshot_out else { return Ok(()) };
    let present: Vec<WorkloadId> = present.into_iter().collect();
    let snapshot = policy.snapshot(&present).map_err(Failure::component)?;
    snapshot::write(place, &snapshot, &mut output)
}

/// Learns, forgets and decides, in that order.
fn take<'a>(
    policy: &mut ComponentPolicy,
    turn: &'a Turn,
    present: &mut BTreeSet<WorkloadId>,
    arguments: &Arguments,
) -> Result<Decided<'a>, Failure> {
    if let Some(experiences) = turn.experiences(&policy.needs().columns) {
        policy.learn(&experiences).map_err(Failure::component)?;
        present.extend(&experiences.workloads);
    }
    if !turn.forget.is_empty() {
        policy.forget(&turn.forget).map_err(Failure::component)?;
        present.retain(|workload| !turn.forget.contains(workload));
    }
    let observations = &turn.observations;
    present.extend(observations.workloads());
    let rows: Vec<usize> = (0..observations.rows()).collect();
    let advice = policy.recommend(&Batch {
        observations,
        rows: &rows,
        explore: turn.explore.unwrap_or(arguments.explore),
        explain: turn.explain.unwrap_or(arguments.explain),
    });
    Ok(Decided::new(observations, &turn.workloads, advice, policy.reasons()))
}

//! `regatta reward call`: transitions, line by line, through one reward function.

use std::path::PathBuf;

use clap::Args;
use scaling::{Reward, Transitions};

use crate::answers::Scored;
use crate::exit::Failure;
use crate::lines::{Context, Source};
use crate::module;
use crate::output::Output;
use crate::settings::{self, Settings};

/// Puts transitions to a reward function, one group and tick a line, and prints its rewards.
#[derive(Debug, Args)]
#[command(after_long_help = HELP)]
pub(crate) struct Arguments {
    /// A built-in reward's name, or the path of a .wasm file.
    reward: String,
    /// The transitions; standard input if it is left out or `-`.
    input: Option<PathBuf>,
    /// The reward function's settings: JSON, or @FILE.
    #[arg(long, value_name = "JSON|@FILE")]
    settings: Option<Settings>,
}

const HELP: &str = include_str!("call.txt");

pub(crate) fn run(arguments: &Arguments, mut output: Output) -> Result<(), Failure> {
    let settings = settings::text(arguments.settings.as_ref())?;
    let mut source = Source::open(arguments.input.as_deref())?;
    let component = module::all()?.reward(&arguments.reward)?;
    let mut reward = component
        .instantiate(&settings)
        .map_err(|error| Failure::from(error).at(settings::place(arguments.settings.as_ref())))?;
    let mut context = Context::default();
    while let Some(score) = source.next(|line| context.score(line))? {
        let rows = score.transitions();
        let rewards = if rows.is_empty() {
            Ok(Vec::new())
        } else {
            let consequences = &score.consequences;
            let (before, after) = (&consequences.before, &consequences.after);
            reward.score(&Transitions { before, after, rows: &rows })
        };
        if !score.forget.is_empty() {
            reward
                .forget(&score.forget)
                .map_err(|error| Failure::component(error).at(source.place()))?;
        }
        output.line(&Scored::new(&score.consequences.after, &score.workloads, rewards))?;
    }
    Ok(())
}

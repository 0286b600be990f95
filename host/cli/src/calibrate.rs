//! `regatta calibrate`: measures functions on this machine for the simulator, and the simulator
//! against the machine.

mod agreement;
mod card;
mod verify;

use std::path::PathBuf;
use std::time::Duration;

use assembly::{ClusterKind, Experiment, Options, Profile, ProfileChoice, WorkloadProfile};
use clap::Args;
use processes::{CalibrationError, CalibrationRules, Stage, calibrate};

use crate::exit::{Exit, Failure};
use crate::output::{Output, note};
use crate::race::facts;

/// Measures each function of a race alone on this machine, and writes a profile that the simulator reads.
///
/// Every function gets a replica in a control group behind the proxy, as in a race: how long it starts,
/// what memory it takes, and how long requests take under several CPU limits and numbers of callers. The
/// profile is JSON; a race file names it as `profile`. With --verify the same scenario runs on processes and
/// on the simulator, and the errors of the simulator are told. The machine should do nothing else.
#[derive(Debug, Args)]
#[command(after_long_help = HELP)]
pub(crate) struct Arguments {
    /// The race whose functions are measured, in YAML.
    file: PathBuf,
    /// Where the profile goes, or which one to verify; the one that the race file names if it is left out.
    #[arg(long, value_name = "FILE")]
    profile: Option<PathBuf>,
    /// Measure only these workloads, and keep what the profile says of the others.
    #[arg(long, value_name = "NAME", conflicts_with = "verify")]
    workload: Vec<String>,
    /// CPU limits to measure under, in millicores, and `none`.
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = limit,
        default_value = "200,500,1000,none", conflicts_with = "verify")]
    limits: Vec<Limit>,
    /// Numbers of callers at a time.
    #[arg(long, value_name = "LIST", value_delimiter = ',', default_value = "1,2,4",
        value_parser = clap::value_parser!(u32).range(1..=1000), conflicts_with = "verify")]
    callers: Vec<u32>,
    /// How long each limit and number of callers is measured, in seconds.
    #[arg(long, value_name = "S", default_value_t = 4.0, conflicts_with = "verify")]
    seconds: f64,
    /// How often a replica is started.
    #[arg(long, value_name = "N", default_value_t = 10, conflicts_with = "verify",
        value_parser = clap::value_parser!(u32).range(1..=1000))]
    starts: u32,
    /// Run the race on processes and on the simulator, and tell how far they are apart.
    #[arg(long)]
    verify: bool,
    /// The policy that scales while it is verified; the first of the file if it is left out.
    #[arg(long, value_name = "NAME", requires = "verify")]
    policy: Option<String>,
    /// How many seeds to verify with, instead of the file's.
    #[arg(long, value_name = "N", requires = "verify", value_parser = clap::value_parser!(u32).range(1..))]
    seeds: Option<u32>,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

const HELP: &str = "\
Examples:
  regatta calibrate examples/processes.yaml --profile here.json
  regatta calibrate examples/processes.yaml --profile here.json --verify
  regatta race examples/processes.yaml --profile here.json";

pub(crate) fn run(arguments: &Arguments, output: Output) -> Result<(), Failure> {
    if arguments.verify {
        let agreement = verify::verify(arguments)?;
        return output.card(&agreement, arguments.json);
    }
    let options = Options {
        cluster: ClusterKind::Processes,
        profile: ProfileChoice::None,
        ..Options::default()
    };
    let experiment = Experiment::read(&arguments.file, &options)?;
    let fleets = experiment.fleets()?;
    let named = arguments.profile.clone().or_else(|| experiment.profile());
    let place = named.ok_or_else(|| {
        let file = arguments.file.display();
        Failure::input(anyhow::anyhow!(
            "{file}: names no `profile`; say where it goes with --profile FILE"
        ))
    })?;
    let unknown = arguments
        .workload
        .iter()
        .find(|name| fleets.iter().all(|fleet| fleet.workload.name != **name));
    if let Some(name) = unknown {
        let file = arguments.file.display();
        let unknown = anyhow::anyhow!("{file}: has no workload `{name}` to measure");
        return Err(Failure::input(unknown));
    }
    let rules = rules(arguments)?;
    let mut profile = match !arguments.workload.is_empty() && place.exists() {
        true => Profile::read(&place)?,
        false => Profile { machine: facts(), workloads: Default::default() },
    };
    for fleet in &fleets {
        let name = &fleet.workload.name;
        if !arguments.workload.is_empty() && !arguments.workload.contains(name) {
            continue;
        }
        let measured = calibrate(fleet, &rules, &mut |stage| {
            note(format_args!("{name}: {}", told(stage)));
        })?;
        if let Some(why) = &measured.uncapped {
            note(format_args!("{name}: CPU limits were not measured, because {why}"));
        }
        profile.workloads.insert(name.clone(), WorkloadProfile::of(measured));
    }
    write(&place, &profile)?;
    output.card(&card::Card { profile, place }, arguments.json)
}

/// A CPU limit in millicores, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Limit(Option<u32>);

fn limit(text: &str) -> Result<Limit, String> {
    match text {
        "none" => Ok(Limit(None)),
        number => match number.parse() {
            Ok(millicores) if millicores >= 1 => Ok(Limit(Some(millicores))),
            _ => Err("must be millicores from 1 upwards, or `none`".to_owned()),
        },
    }
}

/// What is measured.
fn rules(arguments: &Arguments) -> Result<CalibrationRules, Failure> {
    let limits_millicores: Vec<_> = arguments.limits.iter().map(|limit| limit.0).collect();
    if !(0.1..=3600.0).contains(&arguments.seconds) {
        let seconds = arguments.seconds;
        let problem = anyhow::anyhow!("--seconds {seconds} must be within 0.1 and 3600");
        return Err(Failure::input(problem));
    }
    let usual = CalibrationRules::default();
    let measure = Duration::from_secs_f64(arguments.seconds);
    Ok(CalibrationRules {
        limits_millicores,
        concurrencies: arguments.callers.clone(),
        measure,
        measure_at_most: usual.measure_at_most.max(measure),
        starts: arguments.starts,
        ..usual
    })
}

fn told(stage: Stage) -> String {
    match stage {
        Stage::Start { number, of } => format!("start {number} of {of}"),
        Stage::FirstAnswers => "first answers".to_owned(),
        Stage::Seldom => "asked seldom".to_owned(),
        Stage::Cell { number, of, limit_millicores, concurrency } => {
            let limit =
                limit_millicores.map_or("no limit".to_owned(), |limit| format!("{limit} m"));
            format!("cell {number} of {of}: {limit}, {concurrency} at a time")
        }
    }
}

/// Replaces the file as a whole: a profile that is half written would be refused as damaged.
fn write(place: &std::path::Path, profile: &Profile) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(profile).map_err(std::io::Error::from)?;
    let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty());
    let written = tempfile::NamedTempFile::new_in(folder.unwrap_or(std::path::Path::new(".")))
        .and_then(|mut file| {
            std::io::Write::write_all(&mut file, text.as_bytes())?;
            std::io::Write::write_all(&mut file, b"\n")?;
            let public = std::os::unix::fs::PermissionsExt::from_mode(0o644);
            file.as_file().set_permissions(public)?;
            file.persist(place).map_err(|error| error.error)
        });
    let refused = |error| anyhow::anyhow!("cannot write the profile {}: {error}", place.display());
    written.map(drop).map_err(|error| Failure::io(refused(error)))
}

impl From<CalibrationError> for Failure {
    fn from(error: CalibrationError) -> Self {
        Self::new(Exit::Other, error)
    }
}

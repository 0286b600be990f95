//! Manners: what the survey says about answers, explanations, traps, the log, lessons and cost.

use super::scenario::plain;
use super::subject::{Asked, Said, Subject};
use super::survey::Survey;
use super::verdict::{Outcome, quoted};

/// A share of a limit above which too little is left for a bad day.
const ENOUGH: f64 = 0.9;

pub(super) fn answers(survey: &Survey) -> Outcome {
    let done = format!("{} turns, among them empty, missing and very large values", survey.turns);
    if let Some(first) = survey.implausible.first() {
        return Outcome::broken(
            done,
            counted(first, survey.implausible.len()),
            "give a whole number of replicas from 0 to 1,000,000, resources above zero, a reason that \
             `describe` lists, and a finite reward within the promised range; where the inputs do not \
             allow that, set no target, or decline",
        );
    }
    if survey.turns == 0 {
        return Outcome::kept("");
    }
    if survey.answered == 0 {
        let first = survey.first_declined.clone();
        return Outcome::broken(
            done,
            first.unwrap_or_else(|| "no answer to any of them".to_owned()),
            "answer at least the turns in which nothing is missing",
        );
    }
    match &survey.first_declined {
        None => Outcome::kept(format!("{} answers", survey.answered)),
        Some(first) => Outcome::kept(format!(
            "{} answers, {} declined ({first})",
            survey.answered, survey.declined
        )),
    }
}

pub(super) fn explanations(survey: &Survey) -> Outcome {
    match survey.odd_explanations.first() {
        None => Outcome::kept(""),
        Some(first) => Outcome::broken(
            "every third turn asked to explain",
            counted(first, survey.odd_explanations.len()),
            "give each explanation as one JSON object, and only when the batch's `explain` is true",
        ),
    }
}

pub(super) fn traps(survey: &Survey) -> Outcome {
    match survey.traps.first() {
        None => Outcome::kept(format!("{} turns", survey.turns)),
        Some(first) => Outcome::broken(
            format!("{} turns, with lessons and a snapshot at the end", survey.turns),
            counted(first, survey.traps.len()),
            "find what panics, aborts or never ends there, and decline in words instead; the other \
             items leave these turns out",
        ),
    }
}

pub(super) fn log(survey: &Survey) -> Outcome {
    match &survey.first_dropped {
        None => Outcome::kept(match survey.log_lines_most {
            0 => "it logs nothing".to_owned(),
            lines => format!("{lines} lines a turn at most"),
        }),
        Some(first) => Outcome::broken(
            format!("{} turns", survey.turns),
            format!("{first}; {} in all", survey.dropped_log_lines),
            "log what somebody must act on, not every row: what is over the allowance is lost",
        ),
    }
}

pub(super) fn learn(survey: &Survey) -> Outcome {
    match &survey.declined_lesson {
        None => Outcome::kept(format!("{} lessons", survey.lessons)),
        Some(first) => Outcome::kept(format!("it declines ({first})")),
    }
}

/// Fuel to start, of the dearest turn, and by the row.
pub(super) fn fuel<S: Subject>(subject: &S, survey: &Survey) -> Outcome {
    let limits = subject.limits();
    let start = survey.start_fuel as f64 / limits.setup_fuel.max(1) as f64;
    let (turn, place) = survey.dearest.as_ref().map_or((0.0, ""), |d| (d.share, &d.place));
    let done = "the dearest turn against its fuel".to_owned();
    if start > ENOUGH {
        return Outcome::broken(
            "making an instance against its fuel",
            format!("{} of it are used up", percent(start)),
            "do less before the first turn, or ask for a larger `setup_fuel`",
        );
    }
    if turn > ENOUGH {
        return Outcome::broken(
            done,
            format!("{place}: {} of it are used up", percent(turn)),
            "do less for each row, or ask for a larger `call_fuel` or `row_fuel`",
        );
    }
    if subject.is_out_of_time() {
        return Outcome::kept("");
    }
    match by_row(subject) {
        Ok((one, more)) => Outcome::kept(format!(
            "{} to spare to start, {} in the dearest turn; {one} for one workload, {more} for each more",
            percent(1.0 - start),
            percent(1.0 - turn)
        )),
        Err(broken) => Outcome::broken(
            "a thousand plain workloads in one batch",
            broken,
            "do less for each row, and keep what it costs proportional to their number",
        ),
    }
}

/// Fuel for one row, and for each more in a batch of a thousand.
fn by_row<S: Subject>(subject: &S) -> Result<(u64, u64), String> {
    const MANY: u64 = 1000;
    let mut asked = subject.make(0).map_err(|error| error.to_string())?;
    let period = asked.period();
    let mut ask = |rows, number| {
        let before = asked.used();
        let turn = asked.ask(&plain(rows, number, period), false);
        let broken = turn.said.iter().find_map(|(_, said)| match said {
            Said::Broken(cause) => Some(quoted(cause)),
            _ => None,
        });
        match broken {
            Some(cause) => Err(cause),
            None if asked.used().traps > before.traps => {
                Err("it trapped, and was answered in halves".to_owned())
            }
            None => Ok(asked.used().fuel - before.fuel),
        }
    };
    // The first call of an instance often makes what later ones find.
    ask(1, 0)?;
    let one = ask(1, 1)?;
    ask(MANY, 2)?;
    let many = ask(MANY, 3)?;
    Ok((one, many.saturating_sub(one) / (MANY - 1)))
}

pub(super) fn memory<S: Subject>(subject: &S, survey: &Survey) -> Outcome {
    let limits = subject.limits();
    let share = survey.memory_bytes_peak as f64 / limits.memory_bytes.max(1) as f64;
    let snapshot_bytes = survey.snapshot_bytes;
    let snapshot = snapshot_bytes as f64 / limits.snapshot_bytes.max(1) as f64;
    if share > ENOUGH || snapshot > ENOUGH {
        return Outcome::broken(
            format!("{} turns about some three hundred workloads", survey.turns),
            format!(
                "{} of its memory and {} of what a snapshot may hold are used up",
                percent(share),
                percent(snapshot)
            ),
            "keep less for each workload, or ask for a larger `memory_bytes` or `snapshot_bytes`",
        );
    }
    Outcome::kept(format!(
        "{} to spare at a peak of {} KiB; its snapshot is {snapshot_bytes} bytes long",
        percent(1.0 - share),
        survey.memory_bytes_peak.div_ceil(1024)
    ))
}

/// The first of several, with how many more there are.
fn counted(first: &str, count: usize) -> String {
    match count {
        1 => first.to_owned(),
        count => format!("{first}; and {} more", count - 1),
    }
}

/// Whole per cents, but for the last, of which hundredths matter and none is rounded up.
fn percent(share: f64) -> String {
    let percent = 100.0 * share;
    if percent > 99.0 && percent < 100.0 {
        format!("{:.2} %", (percent * 100.0).floor() / 100.0)
    } else {
        format!("{percent:.0} %")
    }
}

//! Prose: what stands above and below the terminal's table.

use std::fmt::Write;

use super::Terminal;
use super::column::BEST;
use crate::report::number;
use crate::results::{DEMONSTRATION, Results};
use crate::statistics::SEEDS_ENOUGH;

/// Failures beyond these are counted and not listed; the page lists all.
const FAILURES_LISTED: usize = 5;

/// What was raced, and whether it decides anything.
pub(super) fn heading(results: &Results, terminal: Terminal) -> String {
    let plan = &results.plan;
    let ticks = results.cells.iter().map(|cell| cell.ticks).max().unwrap_or(0);
    let tick = number::duration(plan.tick_seconds);
    let mut text = String::new();
    let facts = format!(
        "{} on {} ({}), {}, {} ticks of {tick} each, the first {} for warming up",
        plural(results.entrants.len(), "entrant"),
        plural(plan.courses.len(), "course"),
        plan.courses.join(", "),
        plural(plan.seeds.len(), "seed"),
        number::count(ticks),
        number::duration(plan.warm_up_seconds),
    );
    wrap(&mut text, "", &facts, terminal);
    if plan.demonstration {
        wrap(&mut text, "", DEMONSTRATION, terminal);
    }
    text
}

/// How to read the table, and what to know before believing it.
pub(super) fn below(text: &mut String, results: &Results, left_out: &[String], terminal: Terminal) {
    let plan = &results.plan;
    let worlds = plan.courses.len() * plan.seeds.len();
    let (shared, one) = if plan.blocks {
        (format!("met the same arrivals in {}", plural(worlds, "block")), "block")
    } else {
        (format!("ran the same {}", plural(worlds, "world")), "world")
    };
    let percent = number::percent(plan.confidence_ratio);
    let best = if plan.demonstration { String::new() } else { format!("; {BEST} marks the best") };
    let verdict = if plan.demonstration || plan.seeds.len() < SEEDS_ENOUGH {
        format!(", with its {percent} % interval; · no verdict")
    } else {
        format!(": ▲ better or ▼ worse, its {percent} % interval without 0; ≈ undecided")
    };
    let how = format!(
        "How to read: all {shared}. IQM is the interquartile mean over them{best}. Δ is entrant \
         minus reference ({}), {one} by {one}{verdict}.",
        plan.reference,
    );
    wrap(text, "", &how, terminal);
    if !left_out.is_empty() {
        let columns = left_out.join(", ");
        wrap(text, "", &format!("Left out for want of room: {columns}."), terminal);
    }
    // What a demonstration is was told above the table.
    for note in results.notes.iter().filter(|note| note.kind != "demonstration") {
        wrap(text, "! ", &note.text, terminal);
    }
    for failure in results.failures.iter().take(FAILURES_LISTED) {
        wrap(text, "× ", &format!("{}: {}", failure.name, failure.message), terminal);
    }
    if results.failures.len() > FAILURES_LISTED {
        let more = results.failures.len() - FAILURES_LISTED;
        wrap(text, "× ", &format!("and {}", plural(more, "more failed cell")), terminal);
    }
}

/// Without control characters: a name must not move the cursor or paint the screen.
pub(super) fn plain(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { '\u{fffd}' } else { letter }).collect()
}

fn plural(count: usize, noun: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{} {noun}{ending}", number::count(count as u64))
}

/// A paragraph within the terminal's width, its first line behind `mark` and the rest below it.
fn wrap(text: &mut String, mark: &str, paragraph: &str, terminal: Terminal) {
    let indent = mark.chars().count();
    let mut used = indent;
    text.push_str(mark);
    for word in plain(&paragraph.replace('\n', " ")).split_whitespace() {
        let length = word.chars().count();
        if used > indent && used + 1 + length > usize::from(terminal.width) {
            let _ = write!(text, "\n{:indent$}", "");
            used = indent;
        }
        if used > indent {
            text.push(' ');
            used += 1;
        }
        text.push_str(word);
        used += length;
    }
    text.push('\n');
}

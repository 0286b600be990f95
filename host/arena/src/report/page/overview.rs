//! Overview: what was raced, who is ahead, and what to know before believing it.

use super::markup::Markup;
use crate::report::number::{self, Scale, title as metric_title};
use crate::report::standing::{self, Verdict};
use crate::results::{DEMONSTRATION, MetricRecord, Note, Results};
use crate::statistics::SEEDS_ENOUGH;

/// Metrics whose best is told at the top, beside the main reward.
const HIGHLIGHTS: [&str; 3] =
    ["slo_violation_request_ratio", "latency_seconds_p99", "replica_seconds"];

/// The page's title.
pub(super) fn title(results: &Results) -> String {
    format!("Race of {} on {}", plural(results.entrants.len(), "entrant"), courses(results))
}

pub(super) fn write(page: &mut Markup, results: &Results) {
    page.raw("<header>\n<p class=\"kicker\">").text(&results.provenance.program);
    page.raw(" race report</p>\n<h1>").text(title(results)).raw("</h1>\n");
    facts(page, results);
    verdict(page, results);
    notes(page, results);
    failures(page, results);
    tiles(page, results);
    page.raw("</header>\n<nav aria-label=\"Sections\"><a href=\"#standings\">Standings</a>");
    let comparing = "<a href=\"#tradeoff\">Trade-off</a><a href=\"#differences\">Differences</a>";
    let timeline = "<a href=\"#timeline\">Over time</a>";
    if results.plan.demonstration {
        page.raw(timeline).raw(comparing);
    } else {
        page.raw(comparing).raw(timeline);
    }
    page.raw("<a href=\"#profile\">Latency</a>");
    if results.entrants.iter().any(|entrant| entrant.curve.is_some()) {
        page.raw("<a href=\"#learning\">Learning</a>");
    }
    page.raw("<a href=\"#workloads\">Workloads</a><a href=\"#metrics\">All metrics</a>");
    page.raw("<a href=\"#counts\">Actions</a>");
    if results.entrants.iter().any(|entrant| !entrant.trials.is_empty()) {
        page.raw("<a href=\"#tuning\">Tuning</a>");
    }
    page.raw("<a href=\"#provenance\">Provenance</a></nav>\n");
}

fn facts(page: &mut Markup, results: &Results) {
    let plan = &results.plan;
    let ticks = results.cells.iter().map(|cell| cell.ticks).max().unwrap_or(0);
    let workloads = results.cells.iter().map(|cell| cell.workloads.len()).max().unwrap_or(0);
    let rewards: Vec<&str> = plan.rewards.iter().map(|reward| reward.name.as_str()).collect();
    let seeds: Vec<String> = plan.seeds.iter().map(u64::to_string).collect();
    let long = plan.tick_seconds * ticks as f64;
    let facts = [
        ("Workloads", number::count(workloads as u64)),
        (if plan.blocks { "Blocks, by seed" } else { "Seeds" }, seeds.join(", ")),
        (
            "Length",
            format!(
                "{}: {} ticks of {}, the first {} for warming up",
                number::duration(long),
                number::count(ticks),
                number::duration(plan.tick_seconds),
                number::duration(plan.warm_up_seconds),
            ),
        ),
        ("Arrivals", arrivals(results)),
        ("Rewards", rewards.join(", ")),
        ("Reference", plan.reference.clone()),
        ("Version", format!("{} {}", results.provenance.program, results.provenance.version)),
    ];
    page.raw("<dl class=\"facts\">\n");
    for (name, fact) in facts {
        page.raw("<div><dt>").text(name).raw("</dt><dd>").text(fact).raw("</dd></div>\n");
    }
    page.raw("</dl>\n");
}

fn arrivals(results: &Results) -> String {
    let names: Vec<&str> = results.provenance.arrivals.keys().map(String::as_str).collect();
    if names.is_empty() { "not recorded".to_owned() } else { names.join(", ") }
}

/// Who is better or worse than the reference, beyond what chance explains.
fn verdict(page: &mut Markup, results: &Results) {
    if results.plan.demonstration {
        page.raw("<p class=\"verdict\"><strong>").text(DEMONSTRATION).raw("</strong></p>\n");
        return;
    }
    let Some(main) = standing::main_reward(results) else { return };
    let percent = number::percent(results.plan.confidence_ratio);
    page.raw("<p class=\"verdict\">By <strong>").text(&main.title);
    page.raw("</strong>, against <strong>").text(&results.plan.reference);
    page.raw("</strong> and with ").text(percent).raw(" % intervals: ");
    let order = standing::by_main_reward(results);
    let mut first = true;
    for verdict in [Verdict::Better, Verdict::Open, Verdict::Worse, Verdict::Withheld] {
        let names: Vec<&str> = order
            .iter()
            .filter_map(|of| results.comparison(&of.name, &main.name))
            .filter(|of| Verdict::of(&results.plan, of, main.better) == verdict)
            .map(|comparison| comparison.entrant.as_str())
            .collect();
        if names.is_empty() {
            continue;
        }
        page.raw(if first { "" } else { "; " });
        first = false;
        page.raw(class(verdict)).text(verdict.mark()).raw("</span> ").text(verdict.words());
        if verdict == Verdict::Withheld {
            page.text(format_args!(" with fewer than {SEEDS_ENOUGH} seeds"));
        }
        for (position, name) in names.into_iter().enumerate() {
            page.raw(if position == 0 { ": " } else { ", " });
            page.raw("<span class=\"whole\">").text(name).raw("</span>");
        }
    }
    page.raw(if first { "nobody can be compared.</p>\n" } else { ".</p>\n" });
}

/// The opening tag of a verdict's mark.
pub(super) fn class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Better => "<span class=\"better\">",
        Verdict::Worse => "<span class=\"worse\">",
        Verdict::Open | Verdict::Withheld => "<span class=\"open\">",
    }
}

fn tiles(page: &mut Markup, results: &Results) {
    let highlights = HIGHLIGHTS.iter().filter_map(|name| standing::metric(results, name));
    if results.plan.demonstration {
        return;
    }
    page.raw("<div class=\"tiles\">\n");
    for metric in standing::main_reward(results).into_iter().chain(highlights) {
        tile(page, results, metric);
    }
    page.raw("</div>\n");
}

fn tile(page: &mut Markup, results: &Results, metric: &MetricRecord) {
    let estimates = || {
        let summaries = results.entrants.iter().map(|of| results.summary(&of.name, &metric.name));
        summaries.flatten().map(|summary| (summary.entrant.as_str(), &summary.estimate))
    };
    let scale = Scale::new(metric, estimates().map(|(_, estimate)| estimate));
    let Some(best) = standing::best(results, metric) else { return };
    let mut winners = estimates().filter(|(_, estimate)| estimate.iqm == best);
    let Some((entrant, estimate)) = winners.next() else { return };
    page.raw("<div class=\"tile\"><h2>Best ").text(metric_title(metric, &scale));
    page.raw("</h2><p class=\"value\">").text(scale.value(best));
    page.raw("<span class=\"unit\"> ").text(scale.unit).raw("</span></p><p>");
    page.raw(super::swatch(results, entrant)).text(entrant);
    let more = winners.count();
    if more > 0 {
        page.raw(" and ").text(more).raw(" more");
    }
    page.raw("</p><p class=\"quiet\">");
    if let Some(interval) = &estimate.interval {
        page.text(number::percent(results.plan.confidence_ratio)).raw(" % interval ");
        page.text(scale.interval(interval));
    }
    page.raw("</p></div>\n");
}

fn notes(page: &mut Markup, results: &Results) {
    // What a demonstration is was told in the verdict's place.
    let (cluster, others): (Vec<&Note>, Vec<&Note>) = results
        .notes
        .iter()
        .filter(|note| note.kind != "demonstration")
        .partition(|note| note.kind == "cluster");
    let mut list = |title: &'static str, notes: &[&Note]| {
        if notes.is_empty() {
            return;
        }
        page.raw("<aside class=\"notes\" aria-label=\"Notes\"><h2>").raw(title).raw("</h2><ul>\n");
        for note in notes {
            page.raw("<li>").prose(&note.text).raw("</li>\n");
        }
        page.raw("</ul></aside>\n");
    };
    list("What the cluster says of this run", &cluster);
    list("Before you believe it", &others);
}

fn failures(page: &mut Markup, results: &Results) {
    if results.failures.is_empty() {
        return;
    }
    page.raw("<aside class=\"failures\" aria-label=\"Failures\"><h2>");
    page.text(plural(results.failures.len(), "failed cell")).raw("</h2><ul>\n");
    for failure in &results.failures {
        page.raw("<li>").prose(&failure.name).raw(": ").prose(&failure.message);
        page.raw("</li>\n");
    }
    page.raw("</ul></aside>\n");
}

fn courses(results: &Results) -> String {
    match results.plan.courses.as_slice() {
        [only] => only.clone(),
        several => plural(several.len(), "course"),
    }
}

fn plural(count: usize, noun: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{} {noun}{ending}", number::count(count as u64))
}

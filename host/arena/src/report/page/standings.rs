//! Standings: the main table, and how to read it.

use super::markup::Markup;
use super::overview::class;
use super::{entrant_heading, measures};
use crate::report::number::{self, ABSENT, Scale};
use crate::report::standing::{self, Verdict};
use crate::results::{MetricRecord, Results};
use crate::statistics::SEEDS_ENOUGH;

/// What the main table holds beside the main reward, in this order.
const COLUMNS: [&str; 10] = [
    "slo_violation_request_ratio",
    "slo_violation_tick_ratio",
    "latency_seconds_p50",
    "latency_seconds_p99",
    "replica_seconds",
    "cold_starts",
    "scaling_actions",
    "cpu_core_seconds_used",
    "cpu_core_seconds_allocated",
    "refused_recommendations",
];

pub(super) fn write(page: &mut Markup, results: &Results) {
    let main = standing::main_reward(results);
    let others = COLUMNS.iter().filter_map(|name| standing::metric(results, name));
    let columns: Vec<(&MetricRecord, Scale)> = main
        .into_iter()
        .chain(others)
        .map(|metric| (metric, measures::scale(results, metric)))
        .collect();
    page.raw("<section id=\"standings\">\n<h2>Standings</h2>\n");
    page.raw("<div class=\"scroll\" role=\"region\" aria-label=\"Standings\" tabindex=\"0\">");
    page.raw("<table class=\"sortable\"><thead><tr><th scope=\"col\">Entrant</th>");
    for (position, (metric, scale)) in columns.iter().enumerate() {
        measures::column_heading(page, metric, scale);
        if position == 0 && main.is_some() {
            page.raw("<th scope=\"col\">vs reference <small>paired</small></th>");
        }
    }
    page.raw("</tr></thead>\n<tbody>\n");
    for entrant in standing::by_main_reward(results) {
        page.raw("<tr>");
        entrant_heading(page, results, &entrant.name);
        for (position, (metric, scale)) in columns.iter().enumerate() {
            let estimate = results.summary(&entrant.name, &metric.name);
            let best = standing::best(results, metric);
            measures::estimate(page, estimate.map(|of| &of.estimate), scale, best);
            if position == 0 && main.is_some() {
                difference(page, results, &entrant.name, metric, scale);
            }
        }
        page.raw("</tr>\n");
    }
    page.raw("</tbody></table></div>\n");
    how_to_read(page, results);
    page.raw("</section>\n");
}

/// A cell with the paired difference to the reference and what it says.
pub(super) fn difference(
    page: &mut Markup,
    results: &Results,
    entrant: &str,
    metric: &MetricRecord,
    scale: &Scale,
) {
    let Some(comparison) = results.comparison(entrant, &metric.name) else {
        page.raw("<td class=\"none\">").text(ABSENT).raw("</td>");
        return;
    };
    let verdict = Verdict::of(&results.plan, comparison, metric.better);
    page.raw("<td data-value=\"").text(comparison.estimate.iqm).raw("\">");
    page.raw(class(verdict)).text(verdict.mark()).raw("<span class=\"unseen\">");
    page.text(verdict.words()).raw("</span> ").text(scale.signed(comparison.estimate.iqm));
    page.raw("</span>");
    if let Some(interval) = &comparison.estimate.interval {
        page.raw("<small>").text(scale.signed_interval(interval)).raw("</small>");
    }
    page.raw("</td>");
}

fn how_to_read(page: &mut Markup, results: &Results) {
    let plan = &results.plan;
    let percent = number::percent(plan.confidence_ratio);
    let worlds = number::count((plan.courses.len() * plan.seeds.len()) as u64);
    page.raw("<details class=\"how\" open><summary>How to read this</summary><ul>\n");
    if plan.blocks {
        page.raw("<li>Every entrant ran once in each of ").text(worlds);
        page.raw(
            " blocks (each course with each seed): one after the other on the same machine, in an \
             order drawn anew for each block, with the same arrivals. So entrants are compared \
             block by block, and neither luck of arrivals nor a drift of the machine prefers \
             anybody. All else is measured and differs from run to run.</li>\n",
        );
    } else {
        page.raw("<li>Every entrant ran the same ").text(worlds);
        page.raw(
            " worlds (each course with each seed): the same arrivals, service times and cold \
             starts. So entrants are compared world by world, and luck that all share cancels \
             out.</li>\n",
        );
    }
    page.raw(
        "<li>The large number is the interquartile mean over them: the mean without the lowest \
         and the highest quarter. Below it stands its ",
    );
    page.text(&percent).raw(" % interval, a bootstrap with ").text(plan.resamples);
    page.raw(
        " resamples, stratified by course; with one seed there is none. ↓: less is better; ↑: more \
         is.",
    );
    if !plan.demonstration {
        page.raw(
            " A <span class=\"best\">marked</span> value is the best of its column; whether by ",
        );
        page.raw("luck, the intervals tell.");
    }
    page.raw("</li>\n<li><strong>vs reference</strong> is entrant minus reference, pair by pair. ");
    if plan.demonstration || plan.seeds.len() < SEEDS_ENOUGH {
        page.raw("· means that nothing is said of who is better: these worlds are too few.");
    } else {
        page.raw("<span class=\"better\">▲ better</span> and ");
        page.raw("<span class=\"worse\">▼ worse</span> mean that its ").text(&percent);
        page.raw(" % interval leaves zero out; ≈ means that these worlds do not decide it.");
    }
    page.raw(
        "</li>\n\
         <li>An SLO miss is a request, or a tick of a workload, slower than the objective. \
         Latencies count requests that timed out or never ended, those rejected or failed as \
         infinite (∞).</li>\n\
         <li>Intervals tell how the result would vary with other seeds. They cannot tell of other \
         traces, other days or other clusters than those raced on.</li>\n</ul></details>\n",
    );
}

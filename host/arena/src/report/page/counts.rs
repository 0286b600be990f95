//! Counts: what was scaled, refused, overruled and lost, summed over all runs of an entrant.

use std::collections::BTreeSet;

use super::entrant_heading;
use super::markup::Markup;
use crate::report::{number, standing};
use crate::results::{Measures, Results};

type Count = (&'static str, &'static str, fn(&Measures) -> u64);

/// Title, explanation and source.
const COUNTS: [Count; 12] = [
    ("scaled up", "changes to more replicas", |of| of.scaling.up),
    ("scaled down", "changes to fewer replicas", |of| of.scaling.down),
    ("reversals", "changes that undid the direction of the one before", |of| of.scaling.reversals),
    ("resizes", "changes of CPU or memory limits", |of| of.scaling.resizes),
    ("not applied", "decisions that the cluster could not apply", |of| of.scaling.failed),
    ("cold starts", "replicas that began to start", |of| of.cold_starts),
    ("crashes", "replicas that crashed", |of| of.crashes),
    ("OOM kills", "replicas killed for memory", |of| of.oom_kills),
    ("asked", "recommendations asked for", |of| of.answers.asked),
    ("fallback", "refused answers that the fallback policy gave instead", |of| of.answers.fallback),
    ("illegal", "recommendations outside of the bounds", |of| of.answers.illegal),
    ("unscored", "ticks that a reward could not score", |of| {
        of.rewards.iter().map(|reward| reward.failed).sum()
    }),
];

pub(super) fn write(page: &mut Markup, results: &Results) {
    let measures = || results.cells.iter().map(|cell| &cell.overall);
    let refusals: BTreeSet<&String> = measures().flat_map(|of| of.answers.refused.keys()).collect();
    let rails: BTreeSet<&String> = measures().flat_map(|of| of.rails.keys()).collect();
    page.raw("<section id=\"counts\">\n<h2>Scaling actions, refusals and guard rails</h2>\n<p>");
    page.raw("Totals over all runs of an entrant. A <em>refused</em> answer was no valid ");
    page.raw("recommendation; a <em>rail</em> changed a decision.</p>\n<div class=\"scroll\" ");
    page.raw("role=\"region\" aria-label=\"Counts\" tabindex=\"0\"><table class=\"sortable\">");
    page.raw("<thead><tr><th scope=\"col\">Entrant</th><th scope=\"col\">runs</th>");
    for (title, explanation, _) in COUNTS {
        page.raw("<th scope=\"col\" title=\"").text(explanation).raw("\">").text(title);
        page.raw("</th>");
    }
    for refusal in &refusals {
        page.raw("<th scope=\"col\">refused <small>").text(refusal).raw("</small></th>");
    }
    for rail in &rails {
        page.raw("<th scope=\"col\">rail <small>").text(rail).raw("</small></th>");
    }
    page.raw("</tr></thead>\n<tbody>\n");
    for entrant in standing::by_main_reward(results) {
        let runs: Vec<&Measures> = results
            .cells
            .iter()
            .filter(|cell| cell.name.entrant == entrant.name)
            .map(|cell| &cell.overall)
            .collect();
        page.raw("<tr>");
        entrant_heading(page, results, &entrant.name);
        count(page, runs.len() as u64);
        for (_, _, of) in COUNTS {
            count(page, runs.iter().map(|run| of(run)).sum());
        }
        for refusal in &refusals {
            count(page, runs.iter().filter_map(|run| run.answers.refused.get(*refusal)).sum());
        }
        for rail in &rails {
            count(page, runs.iter().filter_map(|run| run.rails.get(*rail)).sum());
        }
        page.raw("</tr>\n");
    }
    page.raw("</tbody></table></div>\n");
    complaints(page, results);
    page.raw("</section>\n");
}

fn count(page: &mut Markup, count: u64) {
    page.raw(if count == 0 { "<td class=\"none\" data-value=\"" } else { "<td data-value=\"" });
    page.text(count).raw("\">").text(number::count(count)).raw("</td>");
}

/// Why rewards could not score: the first complaint of each run.
fn complaints(page: &mut Markup, results: &Results) {
    let complaints = || results.cells.iter().filter(|cell| !cell.complaints.is_empty());
    if complaints().next().is_none() {
        return;
    }
    page.raw("<h3>Why ticks are unscored</h3>\n<ul>\n");
    for cell in complaints() {
        for (reward, complaint) in &cell.complaints {
            page.raw("<li>").prose(&cell.name).raw(", reward <code>").text(reward);
            page.raw("</code>: ").text(complaint).raw("</li>\n");
        }
    }
    page.raw("</ul>\n");
}

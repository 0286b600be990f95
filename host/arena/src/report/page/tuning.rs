//! Tuning: every candidate that was tried on the training split, and which one raced.

use super::markup::Markup;
use super::{measures, swatch};
use crate::metric::Better;
use crate::report::number::{ABSENT, title};
use crate::report::standing;
use crate::results::{EntrantRecord, MetricRecord, Results};

pub(super) fn write(page: &mut Markup, results: &Results) {
    let tuned = || results.entrants.iter().filter(|entrant| !entrant.trials.is_empty());
    if tuned().next().is_none() {
        return;
    }
    page.raw("<section id=\"tuning\">\n<h2>Tuning</h2>\n<p>Candidates ran on the training split, ");
    page.raw("never on the worlds of the race; the one with the best mean raced.</p>\n");
    for entrant in tuned() {
        sweep(page, results, entrant);
    }
    page.raw("</section>\n");
}

fn sweep(page: &mut Markup, results: &Results, entrant: &EntrantRecord) {
    let objective = entrant.objective.as_deref().unwrap_or_default();
    let metric = standing::metric(results, objective);
    let scale = metric.map(|metric| measures::scale(results, metric));
    page.raw("<h3>").raw(swatch(results, &entrant.name)).text(&entrant.name);
    page.raw("</h3>\n<div class=\"scroll\" role=\"region\" aria-label=\"Trials\" tabindex=\"0\">");
    page.raw("<table class=\"trials\"><thead><tr><th scope=\"col\">Candidate</th><th>");
    match (metric, &scale) {
        (Some(metric), Some(scale)) => page.text(title(metric, scale)),
        _ => page.text(objective),
    };
    page.raw("</th><td></td></tr></thead>\n<tbody>\n");
    for trial in &entrant.trials {
        let is_chosen = entrant.chosen.as_ref() == Some(&trial.candidate);
        page.raw(if is_chosen { "<tr class=\"chosen\">" } else { "<tr>" });
        page.raw("<th scope=\"row\">").text(&trial.candidate);
        page.raw(if is_chosen { " <small>raced</small></th><td>" } else { "</th><td>" });
        match (trial.objective, &scale) {
            (Some(value), Some(scale)) => page.text(scale.value(value)),
            (Some(value), None) => page.text(value),
            (None, _) => page.text(ABSENT),
        };
        page.raw("</td><td class=\"name\">");
        if let Some(failure) = &trial.failure {
            page.raw("could not be tried: ").text(failure);
        } else if let (Some(metric), Some(value)) = (metric, trial.objective) {
            bar(page, entrant, metric, value);
        }
        page.raw("</td></tr>\n");
    }
    page.raw("</tbody></table></div>\n");
}

/// A bar from the worst trial to the best one, which fills it.
fn bar(page: &mut Markup, entrant: &EntrantRecord, metric: &MetricRecord, value: f64) {
    let finite = entrant.trials.iter().filter_map(|trial| trial.objective);
    let finite = finite.filter(|value| value.is_finite());
    let (low, high) = finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
        (low.min(value), high.max(value))
    });
    let share = match metric.better {
        Better::Higher => (value - low) / (high - low),
        Better::Lower => (high - value) / (high - low),
    };
    if share.is_finite() {
        page.raw("<meter min=\"0\" max=\"1\" aria-label=\"from worst to best\" value=\"");
        page.text(format_args!("{share:.3}")).raw("\"></meter>");
    }
}

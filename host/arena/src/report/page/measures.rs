//! Measures: every metric of every entrant, over all workloads and for each.

use super::markup::Markup;
use super::{entrant_heading, standings, swatch};
use crate::metric::Better;
use crate::report::number::{ABSENT, Scale, title, unit_beside};
use crate::report::standing;
use crate::results::{Estimate, MetricRecord, Results, Summary};

pub(super) fn write(page: &mut Markup, results: &Results) {
    workloads(page, results);
    page.raw("<section id=\"metrics\">\n<h2>All metrics</h2>\n<details><summary>Values: ");
    page.raw("interquartile mean, interval, mean and median</summary>\n");
    table(page, results, |page, metric, entrant, scale| {
        let estimate = results.summary(entrant, &metric.name).map(|of| &of.estimate);
        full(page, estimate, scale, standing::best(results, metric));
    });
    page.raw("</details>\n<details><summary>Paired differences to <strong>");
    page.text(&results.plan.reference).raw("</strong></summary>\n");
    table(page, results, |page, metric, entrant, scale| {
        standings::difference(page, results, entrant, metric, scale);
    });
    page.raw("</details>\n");
    if !results.plan.demonstration {
        page.raw("<details><summary>Probability of improvement on <strong>");
        page.text(&results.plan.reference).raw("</strong></summary>\n");
        table(page, results, |page, metric, entrant, _| {
            probability(page, results, metric, entrant)
        });
        page.raw("</details>\n");
    }
    page.raw("</section>\n");
}

/// How the values of all entrants are written.
pub(super) fn scale(results: &Results, metric: &MetricRecord) -> Scale {
    let summaries = results.entrants.iter().map(|of| results.summary(&of.name, &metric.name));
    Scale::new(metric, summaries.flatten().map(|summary| &summary.estimate))
}

/// A column's heading: title, unit and which way is better.
pub(super) fn column_heading(page: &mut Markup, metric: &MetricRecord, scale: &Scale) {
    page.raw("<th scope=\"col\" title=\"").text(&metric.name).raw("\">");
    page.text(title(metric, scale)).raw(" <small>").text(unit(metric, scale));
    page.raw(direction(metric.better)).raw("</small></th>");
}

/// A cell with a value over its interval.
pub(super) fn estimate(
    page: &mut Markup,
    estimate: Option<&Estimate>,
    scale: &Scale,
    best: Option<f64>,
) {
    let Some(estimate) = estimate else {
        page.raw("<td class=\"none\">").text(ABSENT).raw("</td>");
        return;
    };
    page.raw("<td data-value=\"").text(estimate.iqm).raw("\">");
    value(page, estimate, scale, best);
    page.raw("</td>");
}

fn value(page: &mut Markup, estimate: &Estimate, scale: &Scale, best: Option<f64>) {
    let is_best = best == Some(estimate.iqm);
    page.raw(if is_best { "<span class=\"best\">" } else { "<span>" });
    page.text(scale.value(estimate.iqm)).raw("</span>");
    if is_best {
        page.raw("<span class=\"unseen\"> (best)</span>");
    }
    if let Some(interval) = &estimate.interval {
        page.raw("<small>").text(scale.interval(interval)).raw("</small>");
    }
}

fn full(page: &mut Markup, of: Option<&Estimate>, scale: &Scale, best: Option<f64>) {
    let Some(of) = of else { return estimate(page, of, scale, best) };
    page.raw("<td>");
    value(page, of, scale, best);
    page.raw("<small>mean ").text(scale.value(of.mean));
    page.raw("</small><small>median ").text(scale.value(of.median));
    page.raw("</small></td>");
}

fn probability(page: &mut Markup, results: &Results, metric: &MetricRecord, entrant: &str) {
    let Some(comparison) = results.comparison(entrant, &metric.name) else {
        page.raw("<td class=\"none\">").text(ABSENT).raw("</td>");
        return;
    };
    let percent = |ratio: f64| format!("{:.0} %", ratio * 100.0);
    page.raw("<td>").text(percent(comparison.improvement_probability));
    if let Some(interval) = comparison.improvement_interval {
        page.raw("<small>").text(percent(interval.low)).raw("…").text(percent(interval.high));
        page.raw("</small>");
    }
    page.raw("<small>").text(comparison.wins).raw(" won, ").text(comparison.losses);
    page.raw(" lost</small></td>");
}

/// Metrics by entrants.
fn table(
    page: &mut Markup,
    results: &Results,
    cell: impl Fn(&mut Markup, &MetricRecord, &str, &Scale),
) {
    let entrants = standing::by_main_reward(results);
    page.raw("<div class=\"scroll\" role=\"region\" aria-label=\"All metrics\" tabindex=\"0\">");
    page.raw("<table><thead><tr><th scope=\"col\">Metric</th>");
    for entrant in &entrants {
        page.raw("<th scope=\"col\">").raw(swatch(results, &entrant.name)).text(&entrant.name);
        page.raw("</th>");
    }
    page.raw("</tr></thead>\n<tbody>\n");
    for metric in &results.metrics {
        let scale = scale(results, metric);
        page.raw("<tr><th scope=\"row\">").text(title(metric, &scale)).raw(" <small>");
        page.text(unit(metric, &scale)).raw(direction(metric.better)).raw("</small><small><code>");
        page.text(&metric.name).raw("</code></small></th>");
        for entrant in &entrants {
            cell(page, metric, &entrant.name, &scale);
        }
        page.raw("</tr>\n");
    }
    page.raw("</tbody></table></div>\n");
}

/// The headline metrics of each workload: one row a workload and entrant.
fn workloads(page: &mut Markup, results: &Results) {
    let headlines: Vec<&MetricRecord> = results.metrics.iter().filter(|of| of.headline).collect();
    let summaries = || results.summaries.iter().filter(|summary| summary.workload.is_some());
    let columns: Vec<(&MetricRecord, Scale)> = headlines
        .into_iter()
        .map(|metric| {
            let same = summaries().filter(|summary| summary.metric == metric.name);
            (metric, Scale::new(metric, same.map(|summary| &summary.estimate)))
        })
        .collect();
    page.raw("<section id=\"workloads\">\n<h2>Workload by workload</h2>\n");
    page.raw("<div class=\"controls\" data-filter=\"workload-table\"></div>\n<div class=\"scroll");
    page.raw(" tall\" role=\"region\" aria-label=\"Workload by workload\" tabindex=\"0\">");
    page.raw("<table id=\"workload-table\" class=\"sortable\"><thead><tr>");
    page.raw("<th scope=\"col\">Entrant</th><th scope=\"col\" class=\"name\">Course</th>");
    page.raw("<th scope=\"col\" class=\"name\">Workload</th>");
    for (metric, scale) in &columns {
        column_heading(page, metric, scale);
    }
    page.raw("</tr></thead>\n<tbody>\n");
    for (course, workload) in places(results) {
        let here: Vec<&Summary> = summaries()
            .filter(|summary| summary.course.as_deref() == Some(course))
            .filter(|summary| summary.workload.as_deref() == Some(workload))
            .collect();
        for entrant in standing::by_main_reward(results) {
            page.raw("<tr>");
            entrant_heading(page, results, &entrant.name);
            page.raw("<td class=\"name\">").text(course).raw("</td><td class=\"name\">");
            page.text(workload).raw("</td>");
            for (metric, scale) in &columns {
                let found = here
                    .iter()
                    .find(|of| of.entrant == entrant.name && of.metric == metric.name)
                    .map(|of| &of.estimate);
                estimate(page, found, scale, None);
            }
            page.raw("</tr>\n");
        }
    }
    page.raw("</tbody></table></div>\n</section>\n");
}

/// Courses and workloads, each pair once, in the order of the summaries.
fn places(results: &Results) -> Vec<(&str, &str)> {
    let mut places = Vec::new();
    for summary in &results.summaries {
        if let (Some(course), Some(workload)) = (&summary.course, &summary.workload) {
            let place = (course.as_str(), workload.as_str());
            if !places.contains(&place) {
                places.push(place);
            }
        }
    }
    places
}

fn unit(metric: &MetricRecord, scale: &Scale) -> String {
    let unit = unit_beside(metric, scale);
    if unit.is_empty() { String::new() } else { format!("{unit} ") }
}

fn direction(better: Better) -> &'static str {
    match better {
        Better::Lower => "<span title=\"less is better\">↓</span>",
        Better::Higher => "<span title=\"more is better\">↑</span>",
    }
}

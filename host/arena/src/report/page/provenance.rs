//! Provenance: all that it takes to repeat the race, and what it took.

use std::collections::BTreeMap;
use std::fmt::Display;

use super::markup::Markup;
use crate::report::number;
use crate::results::{Machine, Provenance, Results};

pub(super) fn write(page: &mut Markup, results: &Results, machine: Option<&Machine>) {
    let Provenance { program, version, config, modules, arrivals } = &results.provenance;
    let plan = &results.plan;
    page.raw("<section id=\"provenance\">\n<h2>Provenance</h2>\n<details><summary>Plan, ");
    page.raw("configuration, module digests and arrivals: enough to repeat the race</summary>\n");
    page.raw("<h3>Plan</h3>\n<dl class=\"facts\">\n");
    let seeds: Vec<String> = plan.seeds.iter().map(u64::to_string).collect();
    let rewards: Vec<String> = plan
        .rewards
        .iter()
        .map(|reward| format!("{} in {}…{}", reward.name, reward.minimum, reward.maximum))
        .collect();
    fact(page, "Program", format!("{program} {version}"));
    fact(page, "Courses", plan.courses.join(", "));
    fact(page, "Seeds", seeds.join(", "));
    fact(page, "Tick", number::duration(plan.tick_seconds));
    fact(page, "Warm-up", number::duration(plan.warm_up_seconds));
    fact(page, "Rewards", rewards.join("; "));
    fact(page, "Reference", &plan.reference);
    fact(page, "Confidence", format!("{} %", number::percent(plan.confidence_ratio)));
    fact(page, "Resamples", number::count(u64::from(plan.resamples)));
    page.raw("</dl>\n");
    pairs(page, "Modules", "SHA-256", modules);
    pairs(page, "Arrivals", "identity", arrivals);
    page.raw("<h3>Configuration</h3>\n<pre tabindex=\"0\">");
    // The alternate form of a JSON value is its indented text.
    page.text(format_args!("{config:#}")).raw("</pre>\n</details>\n");
    if let Some(machine) = machine {
        took(page, machine);
    }
    page.raw("</section>\n");
}

fn took(page: &mut Markup, machine: &Machine) {
    let resumed = machine.cells.iter().filter(|cell| cell.resumed).count();
    page.raw("<details><summary>What it took</summary>\n<dl class=\"facts\">\n");
    fact(page, "Wall time", number::duration(machine.wall_seconds));
    fact(page, "Threads", machine.threads);
    fact(page, "Cells from an earlier run", resumed);
    for (name, value) in &machine.facts {
        fact(page, name, value);
    }
    page.raw("</dl>\n</details>\n");
}

fn fact(page: &mut Markup, name: &str, fact: impl Display) {
    page.raw("<div><dt>").text(name).raw("</dt><dd>").text(fact).raw("</dd></div>\n");
}

fn pairs(
    page: &mut Markup,
    title: &'static str,
    what: &'static str,
    of: &BTreeMap<String, String>,
) {
    page.raw("<h3>").raw(title).raw("</h3>\n<div class=\"scroll\" role=\"region\" tabindex=\"0\" ");
    page.raw("aria-label=\"").raw(title).raw("\"><table><thead><tr><th scope=\"col\">Name</th>");
    page.raw("<th scope=\"col\">").raw(what).raw("</th></tr></thead>\n<tbody>\n");
    for (name, value) in of {
        page.raw("<tr><th scope=\"row\">").text(name).raw("</th><td class=\"name\"><code>");
        page.text(value).raw("</code></td></tr>\n");
    }
    page.raw("</tbody></table></div>\n");
}

use super::*;
use crate::report::sample;
use crate::results::{DEMONSTRATION, Failure, Note};

const HOSTILE: &str = "</script><script>alert(\"x\")</script>'`<img src=x onerror=alert(1)>&amp;";

/// The page without the charts' library and our own script, which hold tags of their own.
fn markup(page: &str) -> String {
    page.replace(policy::library(), "").replace(SCRIPT, "")
}

/// What the page hands to its script.
fn data(page: &str) -> serde_json::Value {
    let begin = "<script type=\"application/json\" id=\"race\">";
    let (_, rest) = page.split_once(begin).unwrap();
    serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap()
}

#[test]
fn foreign_text_never_becomes_markup() {
    let mut results = sample::results();
    let rename = |name: &mut String| *name = format!("{name}{HOSTILE}");
    results.summaries.iter_mut().filter_map(|of| of.workload.as_mut()).for_each(rename);
    for cell in &mut results.cells {
        cell.workloads.iter_mut().for_each(|of| rename(&mut of.workload));
        cell.series.iter_mut().for_each(|of| rename(&mut of.workload));
    }
    results.entrants.iter_mut().for_each(|of| rename(&mut of.name));
    results.summaries.iter_mut().for_each(|of| rename(&mut of.entrant));
    results.comparisons.iter_mut().for_each(|of| rename(&mut of.entrant));
    results.cells.iter_mut().for_each(|cell| rename(&mut cell.name.entrant));
    results.metrics.iter_mut().for_each(|metric| rename(&mut metric.title));
    rename(&mut results.plan.reference);
    rename(&mut results.provenance.program);
    rename(&mut results.provenance.version);
    results.provenance.config = serde_json::json!({ HOSTILE: HOSTILE });
    results.provenance.modules.insert(HOSTILE.into(), HOSTILE.into());
    results.provenance.arrivals.insert(HOSTILE.into(), HOSTILE.into());
    results.notes.push(Note { kind: HOSTILE.into(), text: HOSTILE.into() });
    results.failures.push(Failure { name: results.cells[0].name.clone(), message: HOSTILE.into() });
    results.cells[0].complaints.insert(HOSTILE.into(), HOSTILE.into());
    results.cells[0].overall.answers.refused.insert(HOSTILE.into(), 1);
    results.cells[0].overall.rails.insert(HOSTILE.into(), 1);
    results.entrants[1].trials[0].candidate = HOSTILE.into();
    results.entrants[1].trials[1].failure = Some(HOSTILE.into());
    let mut machine = sample::machine();
    machine.facts.insert(HOSTILE.into(), HOSTILE.into());

    let page = page(&results, Some(&machine));
    let markup = markup(&page);
    assert_eq!(markup.matches("<script").count(), 3, "data, library and our own");
    assert_eq!(markup.matches("</script").count(), 3);
    assert!(!markup.contains("<img"));
    assert!(!markup.contains("alert(\"x\")"), "quotes are escaped in text and in attributes");
    let run = &data(&page)["series"][0];
    assert_eq!(
        run["workload"],
        format!("checkout{HOSTILE}"),
        "the script still gets the name as it is"
    );
}

#[test]
fn the_page_asks_for_nothing_from_outside() {
    let page = page(&sample::results(), None);
    let markup = markup(&page);
    for reference in ["http:", "https:", "//", " src=", " href=\"/", "@import", "url("] {
        assert!(!markup.contains(reference), "`{reference}` in the page");
    }
    assert!(markup.contains("default-src &#39;none&#39;; script-src &#39;sha256-"));
    for reference in ["http:", "https:", "fetch(", "XMLHttpRequest", "import("] {
        assert!(!SCRIPT.contains(reference), "`{reference}` in the script");
    }
}

#[test]
fn every_metric_and_every_entrant_is_in_a_table_without_script() {
    let results = sample::results();
    let markup = markup(&page(&results, Some(&sample::machine())));
    let (tables, _) = markup.split_once("<script").unwrap();
    for metric in &results.metrics {
        let name = format!("<code>{}</code>", metric.name);
        assert_eq!(tables.matches(&name).count(), 3, "{name} by value, difference and probability");
    }
    for entrant in &results.entrants {
        let heading = format!("{}{}", swatch(&results, &entrant.name), entrant.name);
        assert!(tables.contains(&heading), "{heading}");
    }
    let told = results
        .notes
        .iter()
        .map(|note| note.text.replace('`', ""))
        .chain(results.failures.iter().map(|failure| failure.message.replace('`', "")))
        .chain(results.provenance.modules.values().cloned())
        .chain(["cpu 60 %".to_owned(), "linux x86_64".to_owned(), "5000 resamples".to_owned()]);
    let text = tables.replace("<code>", "").replace("</code>", "");
    for text_told in told {
        assert!(text.contains(&text_told), "{text_told}");
    }
}

#[test]
fn charts_get_every_metric_run_and_series() {
    let results = sample::results();
    let data = data(&page(&results, Some(&sample::machine())));
    let length = |value: &serde_json::Value| value.as_array().unwrap().len();
    assert_eq!(length(&data["metrics"]), results.metrics.len());
    assert_eq!(length(&data["worlds"]), 10);
    assert_eq!(length(&data["series"]), 4, "two workloads on two courses");
    assert_eq!(length(&data["curves"][0]["wall_seconds"]), 40);
    assert_eq!(data["entrants"][0]["name"], "knative-kpa", "the best main reward comes first");
    let runs = &data["metrics"][0]["runs"];
    assert_eq!(length(runs), results.entrants.len());
    let gaps = runs.as_array().unwrap().iter().flat_map(|of| of.as_array().unwrap());
    assert_eq!(gaps.filter(|run| run.is_null()).count(), results.failures.len());
}

#[test]
fn infinite_values_reach_the_charts_by_name() {
    let mut results = sample::results();
    results.summaries[0].estimate.iqm = f64::INFINITY;
    let data = data(&page(&results, None));
    let estimates = data["metrics"][0]["estimates"].as_array().unwrap();
    assert!(estimates.iter().any(|estimate| estimate["value"] == "inf"));
}

#[test]
fn the_same_results_give_the_same_page() {
    let page = || page(&sample::results(), Some(&sample::machine()));
    assert!(page() == page());
}

#[test]
fn a_race_without_a_finished_cell_has_a_page_that_says_so() {
    let mut results = sample::results();
    results.cells.clear();
    results.summaries.clear();
    results.comparisons.clear();
    let page = page(&results, None);
    assert!(page.contains("nobody can be compared"));
    assert!(page.contains("1 failed cell"));
}

#[test]
fn a_demonstration_calls_nobody_better_worse_or_best() {
    let mut results = sample::results();
    let page_of = |results: &Results| {
        let page = page(results, None);
        markup(&page).split_once("<body>").unwrap().1.to_owned()
    };
    let judging =
        ["▲", "▼", "≈", ">better", ">worse", ">undecided", "(best)", "<h2>Best ", "Probability of"];
    let said = page_of(&results);
    for word in judging {
        assert!(said.contains(word), "`{word}` would be no test");
    }
    results.plan.demonstration = true;
    results.notes.insert(0, note("demonstration", DEMONSTRATION));
    let said = page_of(&results);
    for word in judging {
        assert!(!said.contains(word), "`{word}` in a demonstration");
    }
    assert_eq!(said.matches(DEMONSTRATION).count(), 1, "in the verdict's place and not again");
    assert!(said.contains("no verdict</span> +0.0"), "differences are still there");
}

#[test]
fn blocks_claim_no_more_than_the_same_arrivals() {
    let mut results = sample::results();
    let shared = ["service times and cold starts", "same luck", "the same world"];
    let of = |results: &Results| markup(&page(results, None));
    assert!(shared.iter().all(|claim| of(&results).contains(claim)));
    results.plan.blocks = true;
    let said = of(&results);
    for claim in shared {
        assert!(!said.contains(claim), "`{claim}` of blocks");
    }
    assert!(said.contains("Blocks, by seed") && said.contains("compared block by block"));
}

#[test]
fn few_seeds_get_no_verdict_and_it_is_said_why() {
    let mut results = sample::results();
    results.plan.seeds.truncate(2);
    let page = page(&results, None);
    assert!(page.contains("</span> no verdict with fewer than 5 seeds: <span"));
    assert!(!markup(&page).contains("▲"));
}

#[test]
fn what_a_cluster_says_stands_above_all_numbers() {
    let mut results = sample::results();
    results.notes.push(note("cluster", "In 2 of 6 cells: replicas ran without limits."));
    let page = page(&results, None);
    let at = |text: &str| page.find(text).unwrap_or_else(|| panic!("no `{text}`"));
    let remark = at("<li>In 2 of 6 cells: replicas ran without limits.</li>");
    assert!(remark < at("<li>All arrivals come from one trace"));
    assert!(remark < at("class=\"tiles\""));
}

fn note(kind: &str, text: &str) -> Note {
    Note { kind: kind.into(), text: text.into() }
}

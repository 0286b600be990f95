//! Page: a race as one HTML file. Every number is in a table that needs no script; charts come on
//! top. It asks for nothing from outside, and its own policy forbids it to.

mod counts;
mod data;
mod figures;
mod markup;
mod measures;
mod overview;
mod policy;
mod provenance;
mod standings;
mod tuning;

use self::data::Data;
use self::markup::Markup;
use crate::report::standing;
use crate::results::{Machine, Results};

const STYLE: &str = include_str!("page/style.css");

/// Our own script: what all charts share, then one part a chart, then what starts them.
const SCRIPT: &str = concat!(
    "\"use strict\";\n",
    include_str!("page/theme.js"),
    include_str!("page/tradeoff.js"),
    include_str!("page/differences.js"),
    include_str!("page/timeline.js"),
    include_str!("page/profile.js"),
    include_str!("page/learning.js"),
    include_str!("page/tables.js"),
    include_str!("page/start.js"),
);

/// A race as one HTML page that needs no other file and no network: some 5 MB, most of it the
/// charts' library. With `machine`, it also tells what the race took.
pub fn page(results: &Results, machine: Option<&Machine>) -> String {
    let mut page = Markup::default();
    head(&mut page, results);
    page.raw("<body>\n<a class=\"skip\" href=\"#standings\">Skip to the table</a>\n");
    overview::write(&mut page, results);
    page.raw("<main>\n");
    standings::write(&mut page, results);
    figures::write(&mut page, results);
    measures::write(&mut page, results);
    counts::write(&mut page, results);
    tuning::write(&mut page, results);
    provenance::write(&mut page, results, machine);
    page.raw("</main>\n<script type=\"application/json\" id=\"race\">");
    page.data(&Data::new(results, machine));
    page.raw("</script>\n<script>").raw(policy::library());
    page.raw("</script>\n<script>").raw(SCRIPT);
    page.raw("</script>\n</body>\n</html>\n");
    page.finish()
}

fn head(page: &mut Markup, results: &Results) {
    page.raw("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    page.raw("<meta http-equiv=\"Content-Security-Policy\" content=\"");
    page.text(policy::policy(&[policy::library(), SCRIPT]));
    page.raw("\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    page.raw("<meta name=\"color-scheme\" content=\"light dark\">\n<title>");
    page.text(overview::title(results));
    page.raw("</title>\n<style>\n").raw(STYLE).raw("</style>\n</head>\n");
}

/// One of the page's colours for the entrant at this place of the race; the charts use the same.
fn swatch(results: &Results, entrant: &str) -> &'static str {
    const SWATCHES: [&str; 8] = [
        "<span class=\"swatch c0\"></span>",
        "<span class=\"swatch c1\"></span>",
        "<span class=\"swatch c2\"></span>",
        "<span class=\"swatch c3\"></span>",
        "<span class=\"swatch c4\"></span>",
        "<span class=\"swatch c5\"></span>",
        "<span class=\"swatch c6\"></span>",
        "<span class=\"swatch c7\"></span>",
    ];
    let place = results.entrants.iter().position(|of| of.name == entrant).unwrap_or(0);
    SWATCHES[place % SWATCHES.len()]
}

/// A row's heading with an entrant's name, and what there is to know beside it.
fn entrant_heading(page: &mut Markup, results: &Results, entrant: &str) {
    page.raw("<th scope=\"row\">").raw(swatch(results, entrant)).text(entrant);
    let record = results.entrants.iter().find(|of| of.name == entrant);
    let remarks = record.map(|of| standing::remarks(results, of)).unwrap_or_default();
    if !remarks.is_empty() {
        page.raw(" <small>").text(remarks).raw("</small>");
    }
    page.raw("</th>");
}

#[cfg(test)]
mod tests;

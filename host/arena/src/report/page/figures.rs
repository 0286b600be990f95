//! Figures: the places of the charts. The script fills them.

use super::markup::Markup;
use crate::results::Results;
use crate::statistics::SEEDS_ENOUGH;

pub(super) fn write(page: &mut Markup, results: &Results) {
    page.raw("<noscript><p class=\"notes\">The charts need script; every number is in the tables.");
    page.raw("</p></noscript>\n");
    // What a demonstration is for comes first.
    if results.plan.demonstration {
        timeline(page, results);
    }
    page.raw(
        "<section id=\"tradeoff\">\n<h2>Trade-off</h2>\n<p>What it costs against what it breaks: \
         large marks are interquartile means with their intervals, faint ones single runs.</p>\n\
         <div class=\"controls\"></div>\n<div class=\"chart\" id=\"tradeoff-chart\" role=\"img\" \
         aria-label=\"Scatter chart of two metrics, a mark an entrant\"></div>\n</section>\n",
    );
    page.raw("<section id=\"differences\">\n<h2>Differences to the reference</h2>\n<p>");
    page.raw(if results.plan.blocks {
        "Paired: in the same block, with the same arrivals, entrant minus <strong>"
    } else {
        "Paired: in the same world with the same luck, entrant minus <strong>"
    });
    page.text(&results.plan.reference);
    page.raw("</strong>.");
    let decides = !results.plan.demonstration && results.plan.seeds.len() >= SEEDS_ENOUGH;
    page.raw(if decides {
        " An interval that leaves the line out is a difference that these worlds show."
    } else {
        " These runs are too few to show a difference, wherever its interval lies."
    });
    page.raw(
        "</p>\n<div class=\"controls\"></div>\n<div class=\"two\">\n<figure><figcaption>\
         Paired difference, with interval and single pairs</figcaption><div class=\"chart\" \
         id=\"difference-chart\" role=\"img\" aria-label=\"Forest plot of paired differences\">\
         </div></figure>\n",
    );
    if !results.plan.demonstration {
        page.raw(
            "<figure><figcaption>Probability of improvement: that the entrant does better than the \
             reference in a world drawn for each</figcaption><div class=\"chart\" \
             id=\"probability-chart\" role=\"img\" aria-label=\"Probability of improvement\"></div>\
             </figure>\n",
        );
    }
    page.raw("</div>\n</section>\n");
    if !results.plan.demonstration {
        timeline(page, results);
    }
    page.raw(
        "<section id=\"profile\">\n<h2>Latency profile</h2>\n<p>How long the slowest requests of \
         all workloads took, on a logarithmic scale. <span id=\"profile-infinite\"></span></p>\n\
         <div class=\"chart\" id=\"profile-chart\" role=\"img\" aria-label=\"Latency by \
         percentile\"></div>\n</section>\n",
    );
    if results.entrants.iter().any(|entrant| entrant.curve.is_some()) {
        page.raw(
            "<section id=\"learning\">\n<h2>Learning</h2>\n<p>Mean reward of each training \
             episode, while exploring and on worlds that are not raced on. The line is the mean of \
             the last five episodes.</p>\n<div class=\"controls\"></div>\n<div class=\"chart\" \
             id=\"learning-chart\" role=\"img\" aria-label=\"Learning curves\"></div>\n\
             </section>\n",
        );
    }
}

fn timeline(page: &mut Markup, results: &Results) {
    page.raw("<section id=\"timeline\">\n<h2>Over time</h2>\n<p>");
    page.raw(if results.plan.blocks {
        "One run of every entrant with the same arrivals, in the first block."
    } else {
        "One run of every entrant in the same world."
    });
    page.raw(
        " Click a name in the legend to hide it, twice to see it alone; drag to zoom.</p>\n\
         <div class=\"controls\"></div>\n<div class=\"chart\" id=\"timeline-chart\" role=\"img\" \
         aria-label=\"Arrivals, replicas, latency, utilisation and reward over time\"></div>\n\
         </section>\n",
    );
}

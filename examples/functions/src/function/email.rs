//! E-mail: an order's confirmation, filled in from a template.

use minijinja::Environment;
use minijinja::value::Serde;
use rand::{RngExt as _, SeedableRng as _};
use rand_pcg::Pcg64;
use serde::{Deserialize, Serialize};

use super::input::number;
use super::{Answer, Function, InputError};

/// Articles in the catalogue.
const ARTICLES: u32 = 60_000;

/// The most lines of an order.
const MOST_LINES: u32 = 2_000;

/// How far apart in the catalogue the articles of an order are: a prime, so that they vary.
const STRIDE: u32 = 7_919;

const EXPECTED: &str = "how many lines the order has, such as `60`";

const NAME: &str = "confirmation.html";

const TEMPLATE: &str = "\
<h1>Thank you for order {{ order }}</h1>
<table>
{%- for line in lines %}
<tr class=\"{{ 'even' if loop.index is divisibleby 2 else 'odd' }}\">\
<td>{{ line.article.name|title }}</td><td>{{ line.quantity }}</td>\
<td>{{ (line.article.cents * line.quantity)|euros }}</td></tr>
{%- endfor %}
</table>
<p>In all {{ total_cents|euros }}.</p>
";

/// The confirmation of an order with so many lines, as HTML. Its initialisation reads a catalogue of
/// sixty thousand articles from JSON and compiles the template.
#[derive(Debug)]
pub struct Email {
    catalogue: Vec<Article>,
    templates: Environment<'static>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Article {
    name: String,
    cents: u64,
    tags: Vec<String>,
}

#[derive(Serialize)]
struct Order<'a> {
    order: u32,
    lines: Vec<Line<'a>>,
    total_cents: u64,
}

#[derive(Serialize)]
struct Line<'a> {
    article: &'a Article,
    quantity: u64,
}

#[derive(Serialize)]
struct Reply {
    subject: String,
    body: String,
}

impl Function for Email {
    fn initialise(seed: u64) -> Self {
        let mut chance = Pcg64::seed_from_u64(seed);
        let articles: Vec<Article> =
            (0..ARTICLES).map(|number| Article::drawn(number, &mut chance)).collect();
        let sent = serde_json::to_vec(&articles).expect("structs with fields by name become JSON");
        let catalogue = serde_json::from_slice(&sent).expect("it was written by the same structs");
        let mut templates = Environment::new();
        templates.add_filter("euros", |cents: u64| format!("{}.{:02} €", cents / 100, cents % 100));
        templates
            .add_template(NAME, TEMPLATE)
            .expect("the template is a constant that tests render");
        Self { catalogue, templates }
    }

    fn default_input(&self) -> &'static str {
        "60"
    }

    fn call(&self, input: &str) -> Result<Answer, InputError> {
        let lines = number("lines", input, 1..=MOST_LINES, EXPECTED)?;
        let order = self.order(lines);
        let subject = format!("Your order {}", order.order);
        let body = self
            .templates
            .get_template(NAME)
            .and_then(|template| template.render(Serde(&order)))
            .expect("the template is a constant that tests render with lines of every kind");
        Ok(Answer::json(&Reply { subject, body }))
    }
}

impl Email {
    fn order(&self, lines: u32) -> Order<'_> {
        let lines: Vec<Line<'_>> = (0..lines)
            .map(|line| {
                let article = &self.catalogue[(line * STRIDE % ARTICLES) as usize];
                Line { article, quantity: u64::from(line % 3) + 1 }
            })
            .collect();
        let total_cents = lines.iter().map(|line| line.article.cents * line.quantity).sum();
        Order { order: 100_000 + lines.len() as u32, lines, total_cents }
    }
}

impl Article {
    fn drawn(number: u32, chance: &mut Pcg64) -> Self {
        let material = ["oak", "steel", "linen", "glass & cork"][chance.random_range(0..4)];
        let thing = ["lamp", "chair", "table", "curtain", "shelf"][chance.random_range(0..5)];
        Self {
            name: format!("{material} {thing} {number}"),
            cents: chance.random_range(199..99_999),
            tags: vec![material.to_owned(), thing.to_owned()],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_every_line_and_their_sum() {
        let article =
            |name: &str, cents| Article { name: name.to_owned(), cents, tags: Vec::new() };
        let mut email = Email::initialise(1);
        email.catalogue[0] = article("oak chair 1", 12_345);
        email.catalogue[STRIDE as usize] = article("glass & cork <lamp>", 5);
        let body = email.call("2").unwrap().body;
        let reply: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(reply["subject"], "Your order 100002");
        assert_eq!(
            reply["body"],
            "<h1>Thank you for order 100002</h1>\n<table>\n\
             <tr class=\"odd\"><td>Oak Chair 1</td><td>1</td><td>123.45 €</td></tr>\n\
             <tr class=\"even\"><td>Glass &amp; Cork &lt;Lamp&gt;</td><td>2</td><td>0.10 €</td></tr>\n\
             </table>\n<p>In all 123.55 €.</p>"
        );
    }

    #[test]
    fn writes_the_longest_order() {
        let reply = Email::initialise(1).call("2000").unwrap();
        assert_eq!(reply.body.matches("<tr").count(), 2000);
    }
}

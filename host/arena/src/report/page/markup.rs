//! Markup: HTML into which no foreign text gets unescaped. Tags are literals of this program; all
//! else passes through [`Markup::text`] or [`Markup::data`].

use std::fmt::{Display, Write};

use serde::Serialize;

/// HTML in the making.
#[derive(Default)]
pub(super) struct Markup {
    html: String,
}

impl Markup {
    /// Tags of this program.
    pub(super) fn raw(&mut self, html: &'static str) -> &mut Self {
        self.html.push_str(html);
        self
    }

    /// Anything else, for an element's content or a quoted attribute.
    pub(super) fn text(&mut self, text: impl Display) -> &mut Self {
        let mut escape = Escape { html: &mut self.html };
        // Writing into a string cannot fail.
        let _ = write!(escape, "{text}");
        self
    }

    /// Sentences in which names stand between backticks; they become code.
    pub(super) fn prose(&mut self, text: impl Display) -> &mut Self {
        let text = text.to_string();
        let parts: Vec<&str> = text.split('`').collect();
        if parts.len().is_multiple_of(2) {
            return self.text(text);
        }
        for (position, part) in parts.into_iter().enumerate() {
            if position % 2 == 0 {
                self.text(part);
            } else {
                self.raw("<code>").text(part).raw("</code>");
            }
        }
        self
    }

    /// JSON for a `script` element of data. In JSON, `<`, `>` and `&` stand only within strings,
    /// where they may be written as escapes: so no string can end the element.
    pub(super) fn data(&mut self, data: &impl Serialize) -> &mut Self {
        let json = serde_json::to_string(data).expect("plain values with keys of text");
        for letter in json.chars() {
            match letter {
                '<' | '>' | '&' => {
                    let _ = write!(self.html, "\\u{:04x}", u32::from(letter));
                }
                other => self.html.push(other),
            }
        }
        self
    }

    pub(super) fn finish(self) -> String {
        self.html
    }
}

struct Escape<'a> {
    html: &'a mut String,
}

impl Write for Escape<'_> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        for letter in text.chars() {
            match letter {
                '&' => self.html.push_str("&amp;"),
                '<' => self.html.push_str("&lt;"),
                '>' => self.html.push_str("&gt;"),
                '"' => self.html.push_str("&quot;"),
                '\'' => self.html.push_str("&#39;"),
                other => self.html.push(other),
            }
        }
        Ok(())
    }
}

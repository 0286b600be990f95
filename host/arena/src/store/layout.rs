//! Layout: JSON that people can read and that stays small: a field a line, a list on one.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

/// A value as JSON text with a newline at the end.
pub(super) fn json(value: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    value.serialize(&mut Serializer::with_formatter(&mut bytes, Layout::default()))?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Breaks lines before the fields of objects. Series are long lists of numbers: a line for each
/// would be most of the file.
#[derive(Default)]
struct Layout {
    depth: usize,
    /// The object that was closed last, or is about to be, has fields.
    has_fields: bool,
}

impl Layout {
    fn new_line<W: ?Sized + Write>(&self, to: &mut W) -> io::Result<()> {
        writeln!(to)?;
        (0..self.depth).try_for_each(|_| to.write_all(b"  "))
    }
}

impl Formatter for Layout {
    fn begin_array_value<W: ?Sized + Write>(&mut self, to: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { to.write_all(b", ") }
    }

    fn begin_object<W: ?Sized + Write>(&mut self, to: &mut W) -> io::Result<()> {
        self.depth += 1;
        self.has_fields = false;
        to.write_all(b"{")
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, to: &mut W, first: bool) -> io::Result<()> {
        if !first {
            to.write_all(b",")?;
        }
        self.new_line(to)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, to: &mut W) -> io::Result<()> {
        to.write_all(b": ")
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.has_fields = true;
        Ok(())
    }

    fn end_object<W: ?Sized + Write>(&mut self, to: &mut W) -> io::Result<()> {
        self.depth -= 1;
        if self.has_fields {
            self.new_line(to)?;
        }
        to.write_all(b"}")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    #[track_caller]
    fn check(value: &Value, text: &str) {
        let written = String::from_utf8(super::json(value).unwrap()).unwrap();
        assert_eq!(written, text);
        assert_eq!(serde_json::from_str::<Value>(&written).unwrap(), *value);
    }

    #[test]
    fn fields_have_lines_and_lists_have_one() {
        check(&json!({}), "{}\n");
        check(&json!([1, null, []]), "[1, null, []]\n");
        check(&json!({ "a": 0.5, "b": { } }), "{\n  \"a\": 0.5,\n  \"b\": {}\n}\n");
        let nested = json!([{ "a": { "b": [1, 2] } }, { "c": "d" }]);
        let text = "[{\n  \"a\": {\n    \"b\": [1, 2]\n  }\n}, {\n  \"c\": \"d\"\n}]\n";
        check(&nested, text);
    }
}

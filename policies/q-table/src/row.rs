//! One row of a batch or of experiences, read by column.

/// One row. A missing value is NaN, as on the wire.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    values: &'a [f64],
    rows: usize,
    row: usize,
}

impl<'a> Row<'a> {
    /// Row number `row` of `values`, which hold column after column with `rows` values each.
    pub fn new(values: &'a [f64], rows: usize, row: usize) -> Self {
        Self { values, rows, row }
    }

    /// The value of the declared column number `column`; NaN when missing.
    pub fn get(self, column: usize) -> f64 {
        self.values[column * self.rows + self.row]
    }
}

/// The columns to declare, each once, while the parts of the policy ask for theirs.
#[derive(Debug, Default)]
pub struct Layout {
    names: Vec<String>,
}

impl Layout {
    /// The number of the column of that name, which is declared if it was not yet.
    pub fn column(&mut self, name: &str) -> usize {
        self.names.iter().position(|known| known == name).unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.names.len() - 1
        })
    }

    /// The names, in the order of their numbers.
    pub fn into_names(self) -> Vec<String> {
        self.names
    }
}

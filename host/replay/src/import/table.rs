//! Table: the columns of one row group, by name.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use parquet::basic::Type as Physical;
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, DataType};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader as _, RowGroupReader};
use parquet::file::serialized_reader::SerializedFileReader;

use super::ImportError;

/// Values of one column, lists flattened.
pub(super) enum Values {
    Long(Vec<i64>),
    Int(Vec<i32>),
    Double(Vec<f64>),
    Float(Vec<f32>),
    Bool(Vec<bool>),
    Text(Vec<ByteArray>),
}

/// The columns of one row group, by path; lists without what Parquet wraps their elements in.
pub(super) struct Table<'a> {
    path: &'a Path,
    pub(super) rows: usize,
    columns: BTreeMap<String, Values>,
}

/// Opens a file, with what its metadata have under a key.
pub(super) fn open(path: &Path) -> Result<SerializedFileReader<File>, ImportError> {
    let file =
        File::open(path).map_err(|source| ImportError::Io { path: path.to_owned(), source })?;
    SerializedFileReader::new(file)
        .map_err(|source| ImportError::Decode { path: path.to_owned(), source })
}

/// Reads one row group.
pub(super) fn read<'a>(
    file: &SerializedFileReader<File>,
    group: usize,
    path: &'a Path,
) -> Result<Table<'a>, ImportError> {
    let decode = |source| ImportError::Decode { path: path.to_owned(), source };
    let group = file.get_row_group(group).map_err(decode)?;
    let rows = group.metadata().num_rows() as usize;
    let mut columns = BTreeMap::new();
    for at in 0..group.num_columns() {
        let described = group.metadata().column(at).column_descr();
        let name = described.path().string();
        let name = name.strip_suffix(".list.element").unwrap_or(&name).to_owned();
        if let Some(values) = values(group.as_ref(), at, rows).map_err(decode)? {
            columns.insert(name, values);
        }
    }
    Ok(Table { path, rows, columns })
}

/// None for types that no column of ours has.
fn values(
    group: &dyn RowGroupReader,
    at: usize,
    rows: usize,
) -> Result<Option<Values>, ParquetError> {
    Ok(match group.get_column_reader(at)? {
        ColumnReader::BoolColumnReader(reader) => Some(Values::Bool(all(reader, rows)?)),
        ColumnReader::Int32ColumnReader(reader) => Some(Values::Int(all(reader, rows)?)),
        ColumnReader::Int64ColumnReader(reader) => Some(Values::Long(all(reader, rows)?)),
        ColumnReader::FloatColumnReader(reader) => Some(Values::Float(all(reader, rows)?)),
        ColumnReader::DoubleColumnReader(reader) => Some(Values::Double(all(reader, rows)?)),
        ColumnReader::ByteArrayColumnReader(reader) => Some(Values::Text(all(reader, rows)?)),
        _ => None,
    })
}

fn all<T: DataType>(
    mut reader: ColumnReaderImpl<T>,
    rows: usize,
) -> Result<Vec<T::T>, ParquetError> {
    let (mut values, mut definition, mut repetition) = (Vec::new(), Vec::new(), Vec::new());
    let mut read = 0;
    while read < rows {
        let (records, ..) = reader.read_records(
            rows - read,
            Some(&mut definition),
            Some(&mut repetition),
            &mut values,
        )?;
        if records == 0 {
            break;
        }
        read += records;
    }
    Ok(values)
}

impl Table<'_> {
    pub(super) fn has(&self, name: &str) -> bool {
        self.columns.contains_key(name)
    }

    /// Numbers, `width` a row. A value that is missing shows in their number.
    pub(super) fn floats(&self, name: &str, width: usize) -> Result<Vec<f32>, ImportError> {
        let values = match self.columns.get(name) {
            Some(Values::Float(values)) => values.clone(),
            Some(Values::Double(values)) => values.iter().map(|&value| value as f32).collect(),
            found => return Err(self.other(name, Physical::FLOAT, found)),
        };
        self.whole(name, values, width)
    }

    pub(super) fn longs(&self, name: &str, width: usize) -> Result<Vec<i64>, ImportError> {
        let values = match self.columns.get(name) {
            Some(Values::Long(values)) => values.clone(),
            Some(Values::Int(values)) => values.iter().copied().map(i64::from).collect(),
            found => return Err(self.other(name, Physical::INT64, found)),
        };
        self.whole(name, values, width)
    }

    pub(super) fn ids(&self, name: &str) -> Result<Vec<u64>, ImportError> {
        Ok(self.longs(name, 1)?.into_iter().map(i64::cast_unsigned).collect())
    }

    pub(super) fn bools(&self, name: &str, width: usize) -> Result<Vec<bool>, ImportError> {
        match self.columns.get(name) {
            Some(Values::Bool(values)) => self.whole(name, values.clone(), width),
            found => Err(self.other(name, Physical::BOOLEAN, found)),
        }
    }

    pub(super) fn texts(&self, name: &str) -> Result<Vec<String>, ImportError> {
        let texts = match self.columns.get(name) {
            Some(Values::Text(values)) => values
                .iter()
                .map(|bytes| String::from_utf8_lossy(bytes.data()).into_owned())
                .collect(),
            found => return Err(self.other(name, Physical::BYTE_ARRAY, found)),
        };
        self.whole(name, texts, 1)
    }

    fn whole<T>(&self, name: &str, values: Vec<T>, width: usize) -> Result<Vec<T>, ImportError> {
        if values.len() == self.rows * width {
            return Ok(values);
        }
        let (rows, found) = (self.rows, values.len());
        Err(self.wrong(format!("column `{name}` has {found} values for {rows} rows of {width}")))
    }

    fn other(&self, name: &str, expected: Physical, found: Option<&Values>) -> ImportError {
        let what = if found.is_some() { "is not of type" } else { "is missing, of type" };
        self.wrong(format!("column `{name}` {what} {expected}"))
    }

    pub(super) fn wrong(&self, what: String) -> ImportError {
        ImportError::Content { path: self.path.to_owned(), what }
    }
}

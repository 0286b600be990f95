//! Column: values of one type with their name, as Parquet writes them.

use std::fs::File;
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{
    BoolType, ByteArray, ByteArrayType, DoubleType, FloatType, Int32Type, Int64Type,
};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::{Type, TypePtr};

/// Values of one type; none is ever missing.
pub(super) enum Values {
    /// Unsigned, with the same bits.
    Id(Vec<i64>),
    /// Signed.
    Long(Vec<i64>),
    Int(Vec<i32>),
    Double(Vec<f64>),
    Float(Vec<f32>),
    Bool(Vec<bool>),
    Text(Vec<ByteArray>),
}

/// A named column.
pub(super) struct Column {
    name: String,
    values: Values,
    /// Values of a row, where each row is a list.
    width: Option<usize>,
}

impl Column {
    pub(super) fn new(name: impl Into<String>, values: Values) -> Self {
        Self { name: name.into(), values, width: None }
    }

    /// A column of lists of `width` values, ≥ 1.
    pub(super) fn lists(name: impl Into<String>, width: usize, values: Values) -> Self {
        Self { name: name.into(), values, width: Some(width) }
    }

    fn field(&self) -> Result<TypePtr, ParquetError> {
        let (physical, logical) = match self.values {
            Values::Id(_) => (Physical::INT64, Some(LogicalType::integer(64, false))),
            Values::Long(_) => (Physical::INT64, None),
            Values::Int(_) => (Physical::INT32, None),
            Values::Double(_) => (Physical::DOUBLE, None),
            Values::Float(_) => (Physical::FLOAT, None),
            Values::Bool(_) => (Physical::BOOLEAN, None),
            Values::Text(_) => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        };
        let name = if self.width.is_some() { "element" } else { &self.name };
        let value = Type::primitive_type_builder(name, physical)
            .with_logical_type(logical)
            .with_repetition(Repetition::REQUIRED)
            .build()?;
        if self.width.is_none() {
            return Ok(Arc::new(value));
        }
        let list = Type::group_type_builder("list")
            .with_repetition(Repetition::REPEATED)
            .with_fields(vec![Arc::new(value)])
            .build()?;
        let field = Type::group_type_builder(&self.name)
            .with_repetition(Repetition::REQUIRED)
            .with_logical_type(Some(LogicalType::List))
            .with_fields(vec![Arc::new(list)])
            .build()?;
        Ok(Arc::new(field))
    }

    fn write(&self, group: &mut SerializedRowGroupWriter<'_, File>) -> Result<(), ParquetError> {
        let mut column = group.next_column()?.ok_or_else(|| {
            ParquetError::General(format!("no room for column `{}` in the schema", self.name))
        })?;
        let levels = self.width.map(|width| {
            let length = self.values.len();
            let repetition: Vec<i16> = (0..length).map(|at| i16::from(at % width != 0)).collect();
            (vec![1; length], repetition)
        });
        let definition = levels.as_ref().map(|(definition, _)| definition.as_slice());
        let repetition = levels.as_ref().map(|(_, repetition)| repetition.as_slice());
        match &self.values {
            Values::Id(values) | Values::Long(values) => {
                column.typed::<Int64Type>().write_batch(values, definition, repetition)?
            }
            Values::Int(values) => {
                column.typed::<Int32Type>().write_batch(values, definition, repetition)?
            }
            Values::Double(values) => {
                column.typed::<DoubleType>().write_batch(values, definition, repetition)?
            }
            Values::Float(values) => {
                column.typed::<FloatType>().write_batch(values, definition, repetition)?
            }
            Values::Bool(values) => {
                column.typed::<BoolType>().write_batch(values, definition, repetition)?
            }
            Values::Text(values) => {
                column.typed::<ByteArrayType>().write_batch(values, definition, repetition)?
            }
        };
        column.close()
    }
}

impl Values {
    fn len(&self) -> usize {
        match self {
            Self::Id(values) | Self::Long(values) => values.len(),
            Self::Int(values) => values.len(),
            Self::Double(values) => values.len(),
            Self::Float(values) => values.len(),
            Self::Bool(values) => values.len(),
            Self::Text(values) => values.len(),
        }
    }
}

/// A file that row groups are added to; all have the columns of the first.
pub(super) struct Table {
    writer: SerializedFileWriter<File>,
}

/// The fields of columns, and of columns in a group of a name.
pub(super) fn fields(
    columns: &[Column],
    nested: Option<(&str, &[Column])>,
) -> Result<Vec<TypePtr>, ParquetError> {
    let all = |columns: &[Column]| columns.iter().map(Column::field).collect::<Result<Vec<_>, _>>();
    let mut fields = all(columns)?;
    if let Some((name, columns)) = nested {
        let group = Type::group_type_builder(name)
            .with_repetition(Repetition::REQUIRED)
            .with_fields(all(columns)?)
            .build()?;
        fields.push(Arc::new(group));
    }
    Ok(fields)
}

impl Table {
    pub(super) fn begin(
        file: File,
        fields: Vec<TypePtr>,
        metadata: Vec<KeyValue>,
        group_rows: usize,
    ) -> Result<Self, ParquetError> {
        let schema = Type::group_type_builder("experience").with_fields(fields).build()?;
        let properties = WriterProperties::builder()
            .set_created_by("regatta".to_owned())
            .set_compression(Compression::SNAPPY)
            .set_max_row_group_row_count(Some(group_rows))
            .set_key_value_metadata(Some(metadata))
            .build();
        let writer = SerializedFileWriter::new(file, Arc::new(schema), Arc::new(properties))?;
        Ok(Self { writer })
    }

    pub(super) fn write<'a>(
        &mut self,
        columns: impl Iterator<Item = &'a Column>,
    ) -> Result<(), ParquetError> {
        let mut group = self.writer.next_row_group()?;
        for column in columns {
            column.write(&mut group)?;
        }
        group.close()?;
        Ok(())
    }

    pub(super) fn end(self) -> Result<File, ParquetError> {
        self.writer.into_inner()
    }
}

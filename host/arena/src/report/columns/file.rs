//! File: columns of equal length in one Parquet row group.

use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, FloatType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::Type;

use super::{ColumnsError, METRICS_KEY};
use crate::results::{Provenance, Results};

/// A named column.
pub(super) struct Column<'a> {
    name: String,
    values: Values<'a>,
}

/// Values of one type.
pub(super) enum Values<'a> {
    Text(Vec<Option<&'a str>>),
    Seed(Vec<u64>),
    Double(Vec<Option<f64>>),
    Float(Vec<Option<f32>>),
}

impl<'a> Column<'a> {
    pub(super) fn new(name: &str, values: Values<'a>) -> Self {
        Self { name: name.to_owned(), values }
    }

    fn field(&self) -> Result<Type, ParquetError> {
        let (physical, logical) = match self.values {
            Values::Text(_) => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
            Values::Seed(_) => (Physical::INT64, Some(LogicalType::integer(64, false))),
            Values::Double(_) => (Physical::DOUBLE, None),
            Values::Float(_) => (Physical::FLOAT, None),
        };
        let repetition = match self.values {
            Values::Seed(_) => Repetition::REQUIRED,
            _ => Repetition::OPTIONAL,
        };
        Type::primitive_type_builder(&self.name, physical)
            .with_logical_type(logical)
            .with_repetition(repetition)
            .build()
    }

    fn write(&self, group: &mut SerializedRowGroupWriter<'_, Vec<u8>>) -> Result<(), ParquetError> {
        let mut column = group.next_column()?.ok_or_else(|| {
            ParquetError::General(format!("no room for column `{}` in the schema", self.name))
        })?;
        match &self.values {
            Values::Text(values) => {
                let present: Vec<ByteArray> =
                    values.iter().flatten().map(|&text| ByteArray::from(text)).collect();
                column.typed::<ByteArrayType>().write_batch(
                    &present,
                    Some(&levels(values)),
                    None,
                )?
            }
            Values::Seed(values) => {
                // Parquet keeps unsigned integers as signed ones with the same bits.
                let bits: Vec<i64> = values.iter().map(|&seed| seed.cast_signed()).collect();
                column.typed::<Int64Type>().write_batch(&bits, None, None)?
            }
            Values::Double(values) => {
                let present: Vec<f64> = values.iter().copied().flatten().collect();
                column.typed::<DoubleType>().write_batch(&present, Some(&levels(values)), None)?
            }
            Values::Float(values) => {
                let present: Vec<f32> = values.iter().copied().flatten().collect();
                column.typed::<FloatType>().write_batch(&present, Some(&levels(values)), None)?
            }
        };
        column.close()
    }
}

/// A Parquet file of columns, which are all as long as the first.
pub(super) fn write(
    what: &'static str,
    columns: &[Column<'_>],
    results: &Results,
) -> Result<Vec<u8>, ColumnsError> {
    let metrics = serde_json::to_string(&results.metrics)
        .map_err(|source| ColumnsError::Describe { what, source })?;
    let Provenance { program, version, .. } = &results.provenance;
    encode(what, columns, metrics, format!("{program} {version}"))
        .map_err(|source| ColumnsError::Encode { what, source })
}

fn encode(
    what: &str,
    columns: &[Column<'_>],
    metrics: String,
    writer: String,
) -> Result<Vec<u8>, ParquetError> {
    let fields: Result<Vec<_>, _> =
        columns.iter().map(|column| column.field().map(Arc::new)).collect();
    let schema = Type::group_type_builder(what).with_fields(fields?).build()?;
    let metadata = vec![KeyValue::new(METRICS_KEY.to_owned(), metrics)];
    let properties = WriterProperties::builder()
        .set_created_by(writer)
        .set_compression(Compression::SNAPPY)
        .set_key_value_metadata(Some(metadata))
        .build();
    let mut file = SerializedFileWriter::new(Vec::new(), Arc::new(schema), Arc::new(properties))?;
    let mut group = file.next_row_group()?;
    for column in columns {
        column.write(&mut group)?;
    }
    group.close()?;
    file.into_inner()
}

/// Definition levels: 1 where there is a value.
fn levels<T>(values: &[Option<T>]) -> Vec<i16> {
    values.iter().map(|value| i16::from(value.is_some())).collect()
}

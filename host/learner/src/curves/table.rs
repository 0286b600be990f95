//! Table: every point as a line of `curves.csv`.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use csv::{ReaderBuilder, Writer, WriterBuilder};
use serde::{Deserialize, Serialize};

use super::appender::{Appender, partial};
use super::{CurveError, Point};

const HEADER: &[u8] = b"step,episode,wall_seconds,name,value\n";

/// A line. Its fields are the columns.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Row {
    pub(super) step: u64,
    episode: u64,
    wall_seconds: f64,
    pub(super) name: String,
    pub(super) value: f64,
}

/// Opens the table, keeping its lines up to a step.
pub(super) fn open(path: &Path, keep_to_step: Option<u64>) -> Result<Appender, CurveError> {
    match keep_to_step {
        Some(step) => cut_back(path, step)?,
        None => match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(CurveError::writing(path, error));
            }
            _ => {}
        },
    }
    let opened = Appender::open(path.to_owned()).and_then(|mut table| {
        if table.is_empty() {
            table.add(HEADER)?;
            table.flush()?;
        }
        Ok(table)
    });
    opened.map_err(|error| CurveError::writing(path, error))
}

/// A point as a line.
pub(super) fn line(point: &Point<'_>) -> Result<Vec<u8>, io::Error> {
    let row = Row {
        step: point.step,
        episode: point.episode,
        wall_seconds: point.wall_seconds,
        name: point.tag(),
        value: point.value,
    };
    let mut line =
        WriterBuilder::new().has_headers(false).buffer_capacity(128).from_writer(Vec::new());
    line.serialize(row).map_err(io::Error::from)?;
    line.into_inner().map_err(|unwritten| unwritten.into_error())
}

/// Takes out what came after a step, and a last line that is torn.
fn cut_back(path: &Path, step: u64) -> Result<(), CurveError> {
    let reading = |error| CurveError::Read { path: path.to_owned(), source: error };
    let mut file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        opened => opened.map_err(reading)?,
    };
    let whole_bytes = whole_lines_bytes(&mut file).map_err(reading)?;
    let lines = BufReader::new(file.take(whole_bytes));
    let replacement = partial(path);
    let writing = |error: io::Error| CurveError::writing(&replacement, error);
    let new = File::create(&replacement).map_err(writing)?;
    let mut kept = WriterBuilder::new().has_headers(false).from_writer(BufWriter::new(new));
    copy_rows(path, lines, step, &mut kept)?;
    let mut new = kept.into_inner().map_err(|unwritten| writing(unwritten.into_error()))?;
    new.flush().map_err(writing)?;
    fs::rename(&replacement, path).map_err(|error| CurveError::writing(path, error))
}

fn copy_rows(
    path: &Path,
    lines: impl io::Read,
    step: u64,
    kept: &mut Writer<BufWriter<File>>,
) -> Result<(), CurveError> {
    let foreign = |error| CurveError::Foreign { path: path.to_owned(), source: error };
    let writing = |error: csv::Error| CurveError::writing(path, error.into());
    let mut reader = ReaderBuilder::new().from_reader(lines);
    let columns = reader.byte_headers().map_err(foreign)?.clone();
    if !columns.is_empty() {
        kept.write_byte_record(&columns).map_err(writing)?;
    }
    for row in reader.deserialize() {
        let row: Row = row.map_err(foreign)?;
        if row.step <= step {
            kept.serialize(row).map_err(writing)?;
        }
    }
    Ok(())
}

/// How much of a file lies before the end of its last whole line, in bytes.
fn whole_lines_bytes(file: &mut File) -> io::Result<u64> {
    const BLOCK_BYTES: u64 = 4096;
    let mut end = file.metadata()?.len();
    let mut block = Vec::new();
    while end > 0 {
        let start = end.saturating_sub(BLOCK_BYTES);
        file.seek(SeekFrom::Start(start))?;
        block.clear();
        file.take(end - start).read_to_end(&mut block)?;
        if let Some(position) = block.iter().rposition(|&byte| byte == b'\n') {
            end = start + position as u64 + 1;
            break;
        }
        end = start;
    }
    file.rewind()?;
    Ok(end)
}

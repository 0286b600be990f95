//! Appender: a file to which whole records are added, so that somebody who reads along sees no half of
//! one.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// How much may wait to be written, in bytes. When it is there, the file gets it.
const WAITING_BYTES: usize = 64 << 10;

#[derive(Debug)]
pub(super) struct Appender {
    path: PathBuf,
    file: File,
    length_bytes: u64,
    waiting: Vec<u8>,
}

impl Appender {
    /// Opens a file to add to, and makes it if there is none.
    pub(super) fn open(path: PathBuf) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(&path)?;
        let length_bytes = file.metadata()?.len();
        Ok(Self { path, file, length_bytes, waiting: Vec::new() })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn is_empty(&self) -> bool {
        self.length_bytes == 0 && self.waiting.is_empty()
    }

    /// Takes a record; if it must write first and cannot, it takes nothing.
    pub(super) fn add(&mut self, record: &[u8]) -> io::Result<()> {
        if self.waiting.len() + record.len() > WAITING_BYTES {
            self.flush()?;
        }
        self.waiting.extend_from_slice(record);
        Ok(())
    }

    /// Hands what waits to the system. What cannot be written waits on.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        if let Err(error) = self.file.write_all(&self.waiting) {
            // Half a record would be read as a torn one and the next ones with it. If even this fails,
            // the first error tells more.
            let _ = self.file.set_len(self.length_bytes);
            return Err(error);
        }
        self.length_bytes += self.waiting.len() as u64;
        self.waiting.clear();
        Ok(())
    }
}

impl Drop for Appender {
    fn drop(&mut self) {
        // Nobody is left who could hear of it; who wants to know flushes before.
        let _ = self.flush();
    }
}

/// Where a file is written before it takes the place of another.
pub(super) fn partial(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(".partial");
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_and_what_waits_is_bounded() {
        let mut appender = Appender::open("/dev/full".into()).unwrap();
        let record = [b'.'; 1_000];
        let taken = (0..100).take_while(|_| appender.add(&record).is_ok()).count();
        assert_eq!(taken, WAITING_BYTES / record.len());
        let error = appender.flush().unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        assert_eq!(appender.waiting.len(), taken * record.len(), "it waits for room");
    }

    #[test]
    fn what_waited_is_written_in_its_order() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        for round in 0..2_u8 {
            let mut appender = Appender::open(path.clone()).unwrap();
            assert_eq!(appender.is_empty(), round == 0);
            (0..100).for_each(|record| appender.add(&[round * 100 + record; 1_000]).unwrap());
        }
        let bytes = std::fs::read(&path).unwrap();
        let records: Vec<u8> = bytes.chunks(1_000).map(|record| record[999]).collect();
        assert_eq!(records, (0..200).collect::<Vec<u8>>());
    }
}

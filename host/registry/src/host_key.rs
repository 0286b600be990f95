//! The host's key: made once from the system's randomness, and kept where only the host can read.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use sandbox::HostKey;
use thiserror::Error;

const KEY_BYTES: usize = 32;

/// A key that cannot be used.
#[derive(Debug, Error)]
pub enum KeyError {
    /// The disk refused.
    #[error("cannot {attempted} the host's key `{}`", path.display())]
    File {
        /// What was attempted.
        attempted: &'static str,
        /// The key's file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// Others can read it.
    #[error(
        "others than its owner can read the host's key `{}`, so they could have sealed code; \
         remove the file and everything compiled, and a new key will be made", path.display()
    )]
    Exposed {
        /// The key's file.
        path: PathBuf,
    },
    /// Not a key.
    #[error(
        "the host's key `{}` is {bytes} bytes long instead of {KEY_BYTES}; remove the file, and a \
         new key will be made", path.display()
    )]
    Length {
        /// The key's file.
        path: PathBuf,
        /// Its length.
        bytes: usize,
    },
}

/// The key in this file, made now if there is none. Two processes that start at once get the same.
pub fn host_key(path: &Path) -> Result<HostKey, KeyError> {
    let failed =
        |attempted| move |source| KeyError::File { attempted, path: path.to_owned(), source };
    if !path.exists() {
        make(path).map_err(failed("make"))?;
    }
    let mut file = File::open(path).map_err(failed("read"))?;
    let mode = file.metadata().map_err(failed("read"))?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(KeyError::Exposed { path: path.to_owned() });
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(failed("read"))?;
    let length = bytes.len();
    let key = <[u8; KEY_BYTES]>::try_from(bytes);
    key.map(HostKey::new).map_err(|_| KeyError::Length { path: path.to_owned(), bytes: length })
}

/// Makes the file whole or not at all; whoever comes second leaves the first one's.
fn make(path: &Path) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut bytes = [0; KEY_BYTES];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    let staged = tempfile::Builder::new().prefix(".key").make_in(folder, |path| {
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
    })?;
    staged.as_file().write_all(&bytes)?;
    staged.as_file().sync_all()?;
    match staged.persist_noclobber(path) {
        Ok(_) => File::open(folder)?.sync_all(),
        Err(refused) if refused.error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(refused) => Err(refused.error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_and_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys/host.key");
        host_key(&path).unwrap();
        let first = std::fs::read(&path).unwrap();
        host_key(&path).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), first);
        assert_ne!(first, [0; KEY_BYTES]);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn a_key_that_others_can_read_or_that_is_cut_is_not_used() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("host.key");
        host_key(&path).unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o640)).unwrap();
        assert!(matches!(host_key(&path), Err(KeyError::Exposed { .. })));
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
        std::fs::write(&path, b"short").unwrap();
        assert!(matches!(host_key(&path), Err(KeyError::Length { bytes: 5, .. })));
    }
}

//! The real traces, for tests, where somebody has them.

use std::path::PathBuf;

/// The folder that holds `azure2019/` and `azure2021/`, or none with a printed reason.
#[expect(clippy::print_stderr, reason = "a test that skips says why")]
pub(crate) fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("REGATTA_TRACES").map(PathBuf::from);
    if folder.is_none() {
        eprintln!("skipped: REGATTA_TRACES is unset; set it to the folder that holds the traces");
    }
    folder
}

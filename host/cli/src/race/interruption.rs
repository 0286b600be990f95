//! Interruption: Ctrl-C, taken as a request to stop after what is running.

use std::process;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::exit::Exit;
use crate::output::note;

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Turns true at the first Ctrl-C; the second ends the program.
pub(crate) fn watched() -> &'static AtomicBool {
    let watching = ctrlc::set_handler(|| {
        // Relaxed: nothing else hangs on it.
        if INTERRUPTED.swap(true, Ordering::Relaxed) {
            process::exit(Exit::Interrupted as i32);
        }
        note("stopping after the running cells; Ctrl-C once more stops at once");
    });
    if let Err(error) = watching {
        note(format_args!(
            "Ctrl-C will stop at once ({error}); finished cells are kept all the same"
        ));
    }
    &INTERRUPTED
}

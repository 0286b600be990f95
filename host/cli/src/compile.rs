//! `regatta compile`: the child process in which the host compiles what strangers upload.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use registry::{ChildArguments, ChildError, Compiler, Priority, compile_as_child};

/// Compiles the component on standard input to native code on standard output. The host starts this
/// for itself; it is of no use by hand.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Address space in bytes, CPU time in seconds, `one` thread or `all`, `spare` processors or a `fair` share, the
    /// host's process.
    limits: Vec<OsString>,
}

/// This program, as a compiler.
pub(crate) fn compiler(priority: Priority) -> std::io::Result<Compiler> {
    let program: PathBuf = std::env::current_exe()?;
    Ok(Compiler { program, arguments: vec!["compile".into()], priority })
}

pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    let done = ChildArguments::parse(&arguments.limits).and_then(compile_as_child);
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let status = u8::try_from(error.exit_status()).unwrap_or(1);
            report(error);
            ExitCode::from(status)
        }
    }
}

/// The parent reads the last line.
#[expect(clippy::print_stderr, reason = "a pipe to the parent, which words it for people")]
fn report(error: ChildError) {
    eprintln!("{:#}", anyhow::Error::new(error));
}

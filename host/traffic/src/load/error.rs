//! Load error: why a measurement could not be begun or ended.

use std::io;

use thiserror::Error;

/// Why a measurement could not be begun or ended. What goes wrong with requests is no error: it is
/// counted.
#[derive(Debug, Error)]
pub enum LoadError {
    /// A setting makes no sense.
    #[error("{field} {problem}")]
    Unusable {
        /// Path of the setting.
        field: String,
        /// What is wrong and what would be right.
        problem: &'static str,
    },
    /// A URL that cannot be called.
    #[error("{field} is `{url}`, but must be http:// with a host, as in http://localhost:8080/")]
    Url {
        /// Path of the setting.
        field: String,
        /// Its value.
        url: String,
    },
    /// The arrivals make no sense.
    #[error("{field} cannot be planned")]
    Arrivals {
        /// Path of the setting.
        field: String,
        /// What is wrong with them.
        source: crate::SpecError,
    },
    /// The host's name means nothing here.
    #[error("cannot find an address for `{host}`, which flow `{flow}` calls")]
    Resolve {
        /// The flow.
        flow: String,
        /// Host and port.
        host: String,
        /// The system's reason.
        source: io::Error,
    },
    /// Host and port were looked up, and there is no such address.
    #[error("`{host}`, which flow `{flow}` calls, has no address")]
    NoAddress {
        /// The flow.
        flow: String,
        /// Host and port.
        host: String,
    },
    /// The system refused a thread, a timer or an event loop.
    #[error("cannot start the load generator: {what} refused")]
    Start {
        /// What was asked for.
        what: &'static str,
        /// The system's reason.
        source: io::Error,
    },
    /// A thread of the generator panicked, which is a fault of the program.
    #[error("the load generator's thread `{thread}` broke; its figures are lost")]
    Broken {
        /// The thread's name.
        thread: &'static str,
    },
    /// The CSV could not be written.
    #[error("cannot write the measurement as CSV")]
    Csv {
        /// The writer's reason.
        source: csv::Error,
    },
}

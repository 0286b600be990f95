//! Sleep: a call that waits for somebody else and takes no processor.

use std::time::Duration;

use serde::Serialize;

use super::input::number;
use super::{Answer, Function, InputError};

/// How long a connection to a database takes.
const CONNECT: Duration = Duration::from_millis(100);

/// The longest wait of a call, in milliseconds.
const LONGEST_MILLISECONDS: u64 = 60_000;

const EXPECTED: &str = "how many milliseconds to wait, such as `20`";

/// A wait of so many milliseconds, which holds one of the server's places but no thread. Its
/// initialisation waits as well, as for a connection.
#[derive(Debug)]
pub struct Sleep;

#[derive(Serialize)]
struct Reply {
    milliseconds: u64,
}

impl Function for Sleep {
    fn initialise(_seed: u64) -> Self {
        std::thread::sleep(CONNECT);
        Self
    }

    fn default_input(&self) -> &'static str {
        "20"
    }

    fn call(&self, input: &str) -> Result<Answer, InputError> {
        let milliseconds = number("milliseconds", input, 0..=LONGEST_MILLISECONDS, EXPECTED)?;
        let wait = Duration::from_millis(milliseconds);
        Ok(Answer { wait, ..Answer::json(&Reply { milliseconds }) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_the_wait_to_the_server() {
        let answer = Sleep.call("60000").unwrap();
        assert_eq!(answer.wait, Duration::from_secs(60));
        assert_eq!(answer.body, "{\"milliseconds\":60000}");
    }
}

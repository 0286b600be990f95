//! Causes: an error in words, with what is behind it.

use std::error::Error;

/// An error with everything that caused it, each said once, in one line.
pub fn causes(error: &dyn Error) -> String {
    let mut said = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let words = cause.to_string();
        // Some errors repeat what is behind them.
        if !said.contains(&words) {
            said.push_str(": ");
            said.push_str(&words);
        }
        source = cause.source();
    }
    said.replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use std::fmt;

    use super::*;

    #[derive(Debug)]
    struct Words(&'static str, Option<Box<Words>>);

    impl fmt::Display for Words {
        fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str(self.0)
        }
    }

    impl Error for Words {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            self.1.as_deref().map(|cause| cause as _)
        }
    }

    #[test]
    fn causes_are_said_once_and_in_one_line() {
        let disk = Words("no\nspace", None);
        let write = Words("cannot write: no\nspace", Some(Box::new(disk)));
        let race = Words("race", Some(Box::new(write)));
        assert_eq!(causes(&race), "race: cannot write: no space");
    }
}

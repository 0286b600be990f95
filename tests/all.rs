//! Whole-system tests, in one binary: components in the sandbox, races from files, and the program as
//! a person runs it.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod loading;
mod misbehaviour;
mod scene;

//! Whole-system tests, in one binary: components in the sandbox, races from files, and the program as
//! a person runs it.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]
#![expect(clippy::print_stdout, reason = "a test that is skipped says why")]

mod bad_input;
mod bad_place;
mod calibrate;
mod check;
mod examples;
mod fuzz;
mod gate;
mod hostile;
mod invoke;
mod languages;
mod loading;
mod metrics;
mod misbehaviour;
mod mp3;
mod panel;
mod processes;
mod program;
mod project;
mod quarantine;
mod race;
mod registry;
mod resume;
mod scaffold;
mod scenario;
mod scene;
mod train;
mod wasi;

//! The `regatta` program.
fn main() {}

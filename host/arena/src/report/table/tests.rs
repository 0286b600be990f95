use super::*;
use crate::report::sample;

#[test]
fn dump() {
    let results = sample::results(&["checkout", "thumbnail", "search"]);
    for width in [120, 80] {
        println!("{}", table(&results, Terminal { width, colour: std::env::var("COLOUR").is_ok() }));
    }
}

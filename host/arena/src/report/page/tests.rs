use super::*;
use crate::report::sample;

#[test]
fn dump() {
    let results = sample::results(&["checkout", "thumbnail", "search"]);
    std::fs::write("/tmp/report-x/page.html", page(&results, Some(&sample::machine()))).unwrap();
}

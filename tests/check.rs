//! Check: what `regatta policy check` and `regatta policy bench` say, of good modules and of modules
//! with one fault each.

mod bench;
mod built_in;
mod corpus;
mod exported;
mod faults;
mod rewards;

use crate::program::{Ended, Regatta};
use serde_json::Value;

/// A file with these bytes, checked alone; as text and as JSON.
fn checked(bytes: &[u8], arguments: &[&str]) -> (Ended, Value) {
    let regatta = Regatta::new();
    regatta.write("module.wasm", bytes);
    let arguments = [&["policy", "check", "module.wasm"], arguments].concat();
    let told = regatta.run(&arguments);
    let json = regatta.run(&[arguments.as_slice(), &["--json"]].concat());
    assert_eq!(json.code, told.code, "{}", json.stderr);
    (told, serde_json::from_str(&json.stdout).unwrap())
}

/// The items that were broken, with what was seen.
fn broken(told: &Value) -> Vec<(&str, &str)> {
    let items = told["conformance"].as_array().map_or(&[] as &[Value], Vec::as_slice);
    let broken = items.iter().filter(|item| item["outcome"] == "broken");
    broken.map(|item| (item["item"].as_str().unwrap(), item["seen"].as_str().unwrap())).collect()
}

//! Builds the guests and lists their modules, so that the program carries them. What agents are exported
//! into is kept apart: by itself it is no policy.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

fn main() {
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for watched in sources(&root) {
        println!("cargo::rerun-if-changed={}", watched.display());
    }
    let script = root.join("deploy/build-guests");
    let output = Command::new(&script).arg(out.join("guests")).output();
    let output = output.unwrap_or_else(|error| panic!("cannot run {}: {error}", script.display()));
    assert!(
        output.status.success(),
        "{} failed:\n{}",
        script.display(),
        String::from_utf8_lossy(&output.stderr)
    );
    let mut modules: Vec<PathBuf> =
        String::from_utf8_lossy(&output.stdout).lines().map(PathBuf::from).collect();
    modules.sort();
    let template = modules.iter().position(|module| module.ends_with("network.wasm"));
    let template = modules.remove(template.expect("the guests have a template for networks"));
    let template = format!("include_bytes!({template:?})");
    fs::write(out.join("template.rs"), template).expect("OUT_DIR can be written");
    let mut list = String::from("&[\n");
    for module in &modules {
        let stem = module.file_stem().expect("a module has a name").to_string_lossy();
        let name = stem.replace('_', "-");
        let (kind, name) = match name.strip_prefix("reward-") {
            Some(name) => ("Reward", name),
            None => ("Policy", name.as_str()),
        };
        writeln!(
            list,
            "    BuiltIn {{ world: World::{kind}, name: {name:?}, bytes: include_bytes!({module:?}) }},"
        )
        .expect("a string takes any text");
    }
    list.push_str("]\n");
    fs::write(out.join("built_in.rs"), list).expect("OUT_DIR can be written");
}

/// Everything that guests are made of, and not what was built beside it: cargo looks through every
/// folder that it is told to watch.
fn sources(root: &Path) -> Vec<PathBuf> {
    let policies = fs::read_dir(root.join("policies")).expect("the guests are in the repository");
    let mut sources: Vec<PathBuf> = policies
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.file_name().is_some_and(|name| name != "target"))
        .chain(["wit", "deploy"].map(|folder| root.join(folder)))
        .collect();
    sources.sort();
    sources
}

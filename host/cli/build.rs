//! Lists the sources of the guests' SDKs, so that the program carries them into new projects, and lets the
//! program find libtorch where it was linked from.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let policies = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies");
    let mut list = String::new();
    for (constant, package) in
        [("SETTINGS_KIT", "settings"), ("SDK", "sdk"), ("REWARD_SDK", "reward-sdk")]
    {
        println!("cargo::rerun-if-changed={}", policies.join(package).display());
        let mut files = vec![PathBuf::from("Cargo.toml")];
        collect(&policies.join(package), Path::new("src"), &mut files);
        files.sort();
        writeln!(list, "const {constant}: &[Template] = &[").expect("a string takes any text");
        for file in files {
            let source = policies.join(package).join(&file);
            let path = Path::new("regatta").join(package).join(&file);
            writeln!(list, "    Template {{ path: {path:?}, text: include_str!({source:?}) }},")
                .expect("a string takes any text");
        }
        list.push_str("];\n");
    }
    fs::write(out.join("kit.rs"), list).expect("OUT_DIR can be written");
    if let Ok(folder) = env::var("DEP_TCH_LIBTORCH_LIB") {
        println!("cargo::rustc-link-arg=-Wl,-rpath,{folder}");
    }
}

/// Every file in `folder` of a package, by its path in the package.
fn collect(package: &Path, folder: &Path, files: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(package.join(folder)).expect("the SDKs are in the repository");
    for entry in entries.flatten() {
        let path = folder.join(entry.file_name());
        if package.join(&path).is_dir() {
            collect(package, &path, files);
        } else {
            files.push(path);
        }
    }
}

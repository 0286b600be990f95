//! Corpus: a folder of files of every kind, one line each.

use crate::hostile;
use crate::hostile::template::policy;
use crate::program::Regatta;

#[test]
fn a_folder_is_told_in_one_line_a_file() {
    let regatta = Regatta::new();
    let file = |name: &str, bytes: &[u8]| regatta.write(&format!("folder/{name}"), bytes);
    std::fs::create_dir_all(regatta.path("folder/inside")).unwrap();
    file("c-good.wasm", &policy(&[]));
    file("a-loops.wasm", &policy(&[("decide", "(loop $ever (br $ever)) (unreachable)")]));
    file("b-notes.txt", b"to do: everything");
    file("d-garbage.wasm", &policy(&[("restore", "(unreachable)")]));
    file("e-\u{1b}[31mred.wasm", b"");
    let ended = regatta.run(&["policy", "check", "folder"]);
    let lines: Vec<&str> = ended.stdout.lines().collect();
    let expected: [&[&str]; 6] = [
        &["✗ a-loops.wasm", "refused at trial", "used up its fuel"],
        &["✗ b-notes.txt", "refused at parse", "not a WebAssembly"],
        &["✓ c-good.wasm", "good", "hostile 1.0.0"],
        &["✗ d-garbage.wasm", "1 finding", "garbage: "],
        &["✗ e-\\u{1b}[31mred.wasm", "refused at parse"],
        &["5 files in ", "3 refused, 1 with findings, 1 let in"],
    ];
    assert_eq!(lines.len(), expected.len(), "{}", ended.stdout);
    for (line, words) in lines.iter().zip(expected) {
        assert!(words.iter().all(|word| line.contains(word)), "{line}");
    }
    assert_eq!(ended.code, Some(4));
    assert!(ended.error().contains("of 5 files 3 refused"), "{}", ended.stderr);
    let good = regatta.run(&["policy", "check", "folder/c-good.wasm", "hold"]);
    assert_eq!((good.code, good.stdout.lines().count()), (Some(0), 3), "{}", good.stdout);
}

#[test]
fn the_hostile_corpus_ends_with_one_line_each() {
    let regatta = Regatta::new();
    std::fs::create_dir_all(regatta.path("corpus")).unwrap();
    let mut names = Vec::new();
    for hostile in hostile::corpus() {
        regatta.write(&format!("corpus/{}.wasm", hostile.name), &hostile.bytes);
        names.push(format!("{}.wasm", hostile.name));
    }
    names.sort();
    let ended = regatta.run(&["policy", "check", "corpus", "--json"]);
    let told: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    let files = told["files"].as_array().unwrap();
    let told_names: Vec<&str> = files.iter().map(|file| file["file"].as_str().unwrap()).collect();
    assert_eq!(told_names, names);
    for file in files {
        let error = file["error"].as_str().unwrap_or_default();
        assert!(!error.contains(char::is_control) && error.len() < 4096, "{file:#}");
    }
    assert_eq!(ended.code, Some(4), "{}", ended.stderr);
}

//! Hostile: a corpus of attacks, and what the sandbox makes of each.

mod answers;
pub(crate) mod bombs;
mod breaks;
mod case;
mod chance;
mod crowds;
mod deadlines;
mod descriptions;
mod features;
mod flips;
mod forms;
mod handles;
mod imports;
mod lists;
mod logs;
mod ordeal;
mod reallocs;
pub(crate) mod rewards;
mod secrets;
mod snapshots;
mod space;
mod stack;
pub(crate) mod template;
mod texts;
mod time;

use std::io;
use std::path::Path;

use bombs::{Bomb, bombs};
use case::Hostile;

/// Every attack that may be compiled in this process.
pub(crate) fn corpus() -> Vec<Hostile> {
    [
        answers::cases(),
        breaks::cases(),
        chance::cases(),
        descriptions::cases(),
        features::cases(),
        forms::cases(),
        handles::cases(),
        imports::cases(),
        lists::cases(),
        logs::cases(),
        reallocs::cases(),
        space::cases(),
        stack::cases(),
        texts::cases(),
        time::cases(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Writes every attack and every bomb to a folder, one file each.
pub(crate) fn write_corpus(folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    for Hostile { name, bytes, .. } in corpus() {
        std::fs::write(folder.join(format!("{name}.wasm")), bytes)?;
    }
    for Bomb { name, bytes } in bombs() {
        std::fs::write(folder.join(format!("{name}.wasm")), bytes)?;
    }
    Ok(())
}

#[test]
fn the_corpus_can_be_written_to_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    write_corpus(folder.path()).unwrap();
    let written = std::fs::read_dir(folder.path()).unwrap().count();
    assert!(written > 200, "{written} files");
    // A person who wants the files names a folder.
    if let Some(folder) = std::env::var_os("REGATTA_CORPUS") {
        write_corpus(Path::new(&folder)).unwrap();
    }
}

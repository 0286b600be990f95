//! Project: templates under a new name, written whole or not at all.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::name::Name;
use super::template::{self, Language, World};

/// A file of a project.
#[derive(Debug)]
pub(crate) struct File {
    pub(crate) path: &'static str,
    pub(crate) text: String,
}

/// A project that cannot be made.
#[derive(Debug, Error)]
pub(crate) enum ProjectError {
    /// Fine elsewhere, not in this language.
    #[error("`{name}` cannot be the name of a crate: {cause}; choose another")]
    Name {
        /// The name.
        name: String,
        /// What is wrong with it.
        cause: &'static str,
    },
    /// There is something already.
    #[error("{} is there already; choose another name or --dir", .folder.display())]
    Taken {
        /// The folder that was to be made.
        folder: PathBuf,
    },
    /// The disk or the permissions.
    #[error("cannot write {}", .path.display())]
    Unwritable {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// What no crate can be called: the keywords of Rust that a name could be.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate",
    "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl",
    "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref",
    "return", "self", "static", "struct", "super", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];
/// Crates of the compiler, which one of the same name would hide.
const COMPILERS_OWN: &[&str] = &["alloc", "core", "proc-macro", "std", "test"];

/// The files of a project of this name.
pub(crate) fn files(
    name: &Name,
    language: Language,
    world: World,
) -> Result<Vec<File>, ProjectError> {
    let example = world.example();
    let templates = template::of(language, world);
    if language == Language::Rust {
        let lock = templates.iter().find(|one| one.path == "Cargo.lock").map_or("", |one| one.text);
        crate_name(name, example, lock)?;
    }
    let files = templates.into_iter().map(|template| {
        let mut text = template.text.replace(example, name.as_str());
        text = text.replace(&example.replace('-', "_"), &name.with_underscores());
        for (here, there) in template::PATHS {
            text = text.replace(here, there);
        }
        if template.path == "Cargo.lock" {
            text = sorted_lock(&text);
        }
        File { path: template.path, text }
    });
    Ok(files.collect())
}

/// Whether cargo takes the name beside the crates of its lock file.
fn crate_name(name: &Name, example: &str, lock: &str) -> Result<(), ProjectError> {
    let text = name.as_str();
    let needed = |other: &str| other == format!("name = \"{text}\"") && text != example;
    let cause = if text.starts_with(|first: char| first.is_ascii_digit()) {
        "it starts with a digit"
    } else if KEYWORDS.contains(&text) {
        "it is a word of the language"
    } else if COMPILERS_OWN.contains(&text) {
        "the compiler brings one of that name"
    } else if lock.lines().any(needed) {
        "it needs one of that name"
    } else {
        return Ok(());
    };
    Err(ProjectError::Name { name: text.to_owned(), cause })
}

/// A lock file with its packages in the order in which cargo writes them.
fn sorted_lock(lock: &str) -> String {
    const PACKAGE: &str = "\n[[package]]\n";
    let mut parts = lock.trim_end().split(PACKAGE);
    let start = parts.next().unwrap_or_default();
    let mut packages: Vec<&str> = parts.map(str::trim_end).collect();
    packages.sort_by_key(|package| package.lines().next());
    let packages: Vec<String> =
        packages.iter().map(|package| format!("{PACKAGE}{package}\n")).collect();
    format!("{start}{}", packages.concat())
}

/// Writes the files to a folder that is not there yet. It appears when all is in it.
pub(crate) fn write(folder: &Path, files: &[File]) -> Result<(), ProjectError> {
    if folder.symlink_metadata().is_ok() {
        return Err(ProjectError::Taken { folder: folder.to_owned() });
    }
    let unwritable = |path: &Path| {
        let path = path.to_owned();
        move |source| ProjectError::Unwritable { path, source }
    };
    let partial = beside(folder);
    fs::create_dir(&partial).map_err(unwritable(folder))?;
    let written = files.iter().try_for_each(|file| {
        let path = partial.join(file.path);
        path.parent()
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| fs::write(&path, &file.text))
            .map_err(unwritable(&folder.join(file.path)))
    });
    written.and_then(|()| fs::rename(&partial, folder).map_err(unwritable(folder))).inspect_err(
        |_| {
            // The error that is told is the first one; what is left behind has a name that says so.
            let _ = fs::remove_dir_all(&partial);
        },
    )
}

/// The name under which a folder is filled.
fn beside(folder: &Path) -> PathBuf {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    folder.with_file_name(format!(".{name}.{}.tmp", std::process::id()))
}

#[cfg(test)]
mod tests;

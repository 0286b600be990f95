//! `regatta policy new`: a project that builds and passes its tests as it stands.

mod name;
mod project;
mod readme;
mod template;

use std::fmt::Write;
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use crate::exit::{Exit, Failure};
use crate::output::{Card, Output};
use name::Name;
use project::ProjectError;
use readme::Step;
use template::{Language, World};

/// Makes a project for a policy or a reward function, with a working one in it.
///
/// The project stands alone: what it needs of Regatta is written into it. It says how to build and
/// test it, and begins as the example of its language.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// What it is called: 1 to 63 lower case letters, digits and hyphens.
    name: Name,
    /// The language to write it in.
    #[arg(long = "lang", value_enum, default_value_t = Language::Rust)]
    language: Language,
    /// What it is.
    #[arg(long, value_enum, default_value_t = World::Policy)]
    world: World,
    /// The folder to make, which must not be there yet; by default one of its name, here.
    #[arg(long, value_name = "FOLDER")]
    dir: Option<PathBuf>,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

/// What was made, and how to go on.
#[derive(Debug, Serialize)]
struct ProjectCard {
    name: String,
    language: &'static str,
    world: &'static str,
    folder: PathBuf,
    files: Vec<&'static str>,
    steps: Vec<Step>,
}

impl From<ProjectError> for Failure {
    fn from(error: ProjectError) -> Self {
        match error {
            ProjectError::Name { .. } => Failure::input(error),
            ProjectError::Taken { .. } | ProjectError::Unwritable { .. } => {
                Failure::new(Exit::Io, error)
            }
        }
    }
}

pub(crate) fn run(arguments: &Arguments, output: Output) -> Result<(), Failure> {
    let Arguments { name, language, world, dir, json } = arguments;
    let folder = dir.clone().unwrap_or_else(|| PathBuf::from(name.as_str()));
    let files = project::files(name, *language, *world)?;
    project::write(&folder, &files)?;
    let readme = files.iter().find(|file| file.path == "README.md");
    let card = ProjectCard {
        name: name.to_string(),
        language: language.title(),
        world: world.title(),
        folder,
        files: files.iter().map(|file| file.path).collect(),
        steps: readme.map(|file| readme::steps(&file.text)).unwrap_or_default(),
    };
    output.card(&card, *json)
}

impl Card for ProjectCard {
    fn text(&self) -> String {
        let Self { name, language, world, folder, files, steps } = self;
        let folder = quoted(&folder.display().to_string());
        let mut text = format!("made {name}: a {world} in {language}, {} files\n", files.len());
        let first = Step { title: "Go there".to_owned(), commands: vec![format!("cd {folder}")] };
        for Step { title, commands } in std::iter::once(&first).chain(steps) {
            writeln!(text, "\n{title}:").expect("a string takes text");
            for command in commands {
                writeln!(text, "    {command}").expect("a string takes text");
            }
        }
        text
    }
}

/// A path as a shell takes it.
fn quoted(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte);
    if path.bytes().all(plain) {
        path.to_owned()
    } else {
        format!("'{}'", path.replace('\'', r"'\''"))
    }
}

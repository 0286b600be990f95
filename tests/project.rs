//! Project: what `regatta policy new` makes, built and tested by the commands that it prints. One of
//! each kind serves all tests, because the toolchains are slow.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The languages that a project can be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    Rust,
    Javascript,
    Python,
}

/// What a project makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum World {
    Policy,
    Reward,
}

pub(crate) const LANGUAGES: [Language; 3] =
    [Language::Rust, Language::Javascript, Language::Python];

/// A project of which every command succeeded.
#[derive(Debug)]
pub(crate) struct Project {
    /// The component that it built.
    pub(crate) module: PathBuf,
    /// What the scenario's lines were answered with in the sandbox.
    pub(crate) answers: String,
}

impl Language {
    pub(crate) fn option(self) -> &'static str {
        match self {
            Language::Rust => "rust",
            Language::Javascript => "javascript",
            Language::Python => "python",
        }
    }
}

impl World {
    pub(crate) fn option(self) -> &'static str {
        match self {
            World::Policy => "policy",
            World::Reward => "reward",
        }
    }

    /// What the projects are called; not alike, because they share what cargo built.
    pub(crate) fn name(self) -> &'static str {
        match self {
            World::Policy => "night-owl",
            World::Reward => "fair-price",
        }
    }
}

/// The project of this kind; none, with a word about it, where its toolchain is not to be had.
pub(crate) fn project(language: Language, world: World) -> Option<&'static Project> {
    static PROJECTS: [OnceLock<Option<Project>>; 6] = [const { OnceLock::new() }; 6];
    let made =
        PROJECTS[language as usize * 2 + world as usize].get_or_init(|| make(language, world));
    if made.is_none() {
        println!("skipped: no toolchain for {language:?}; deploy/setup-languages says why");
    }
    made.as_ref()
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// The folder of the tools that a project gets by its first step, and its place in a project.
fn tools(language: Language) -> Option<(PathBuf, &'static str)> {
    let toolchain = repository().join(".toolchain");
    match language {
        // Slow to fill, so it outlives the project.
        Language::Rust => {
            let target = projects().join("target");
            fs::create_dir_all(&target).unwrap();
            Some((target, "target"))
        }
        // The files that name the versions are put there when all else is.
        Language::Javascript => toolchain
            .join("javascript/package.json")
            .exists()
            .then(|| (toolchain.join("javascript/node_modules"), "node_modules")),
        Language::Python => toolchain
            .join("python/requirements.txt")
            .exists()
            .then(|| (toolchain.join("python"), ".venv")),
    }
}

fn projects() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("projects")
}

fn make(language: Language, world: World) -> Option<Project> {
    let (tools, place) = tools(language)?;
    let parent = projects().join(format!("{}-{}", language.option(), world.option()));
    let _ = fs::remove_dir_all(&parent);
    fs::create_dir_all(&parent).unwrap();
    let new =
        ["policy", "new", world.name(), "--lang", language.option(), "--world", world.option()];
    let printed = shell(&parent, &format!("regatta {}", new.join(" ")));
    let folder = parent.join(world.name());
    std::os::unix::fs::symlink(tools, folder.join(place)).unwrap();
    let mut project = Project { module: PathBuf::new(), answers: String::new() };
    for (step, command) in commands(&printed) {
        // What the link stands in for.
        let done = matches!(step, "Go there" | "Get the tools, once");
        if done {
            continue;
        }
        let answered = shell(&folder, command);
        if step == "Try it in the sandbox" {
            let module = command.split(' ').find(|word| word.ends_with(".wasm"));
            project = Project { module: folder.join(module.unwrap()), answers: answered };
        }
    }
    Some(project)
}

/// The printed commands, each with the title that it stands under.
pub(crate) fn commands(printed: &str) -> Vec<(&str, &str)> {
    let mut title = "";
    let mut commands = Vec::new();
    for line in printed.lines() {
        match line.strip_prefix("    ") {
            Some(command) => commands.push((title, command)),
            None => title = line.trim_end_matches(':'),
        }
    }
    commands
}

/// Runs one printed command in a folder as a person would, where nothing may go wrong and nothing can
/// be fetched.
#[track_caller]
fn shell(folder: &Path, line: &str) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_regatta")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let mut command = Command::new("sh");
    command.args(["-c", line]).current_dir(folder).env("PATH", path);
    for (name, _) in std::env::vars_os() {
        let inherited = name.to_string_lossy();
        // What the cargo that runs the tests tells its children, and a person's shell does not.
        let told = inherited.starts_with("CARGO") && inherited != "CARGO_HOME"
            || inherited.starts_with("RUST") && !inherited.starts_with("RUSTUP");
        if told {
            command.env_remove(name);
        }
    }
    command.env("CARGO_NET_OFFLINE", "true").env("npm_config_offline", "true");
    if line.contains("wasm32-unknown-unknown") {
        command.env("RUSTC", compiler());
    }
    let ended = command.output().unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    let stdout = String::from_utf8(ended.stdout).unwrap();
    assert!(ended.status.success(), "{line}: {}\n{stdout}\n{said}", ended.status);
    stdout
}

/// The compiler of the guests, which is not the machine's own everywhere.
fn compiler() -> String {
    let ended = Command::new(repository().join("deploy/setup-guests")).output().unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    String::from_utf8(ended.stdout).unwrap().trim().to_owned()
}

//! Template: the files of a new project. They are the examples of this repository, and with them what
//! an example takes from elsewhere in it.

use clap::ValueEnum;

/// The languages that a project can be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Language {
    Rust,
    Javascript,
    Python,
}

/// What a project makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum World {
    Policy,
    Reward,
}

/// A file of the repository and its place in a project.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Template {
    pub(crate) path: &'static str,
    pub(crate) text: &'static str,
}

/// The templates below a folder of the repository, each with its place in a project.
macro_rules! templates {
    ($folder:literal { $($source:literal => $path:literal),* $(,)? }) => {
        &[$(Template {
            path: $path,
            text: include_str!(concat!(
                env!("CARGO_MANIFEST_DIR"), "/../../", $folder, "/", $source
            )),
        }),*]
    };
}

const INTERFACE: &[Template] = templates!("wit" { "policy.wit" => "wit/policy.wit" });

const RUST_POLICY: &[Template] = templates!("examples/policies/rust" {
    "README.md" => "README.md",
    ".gitignore" => ".gitignore",
    "Cargo.toml" => "Cargo.toml",
    "Cargo.lock" => "Cargo.lock",
    "src/lib.rs" => "src/lib.rs",
    "src/snapshot.rs" => "src/snapshot.rs",
    "src/tests.rs" => "src/tests.rs",
    "scenario.jsonl" => "scenario.jsonl",
});

const RUST_REWARD: &[Template] = templates!("examples/rewards/rust" {
    "README.md" => "README.md",
    ".gitignore" => ".gitignore",
    "Cargo.toml" => "Cargo.toml",
    "Cargo.lock" => "Cargo.lock",
    "src/lib.rs" => "src/lib.rs",
    "src/tests.rs" => "src/tests.rs",
    "scenario.jsonl" => "scenario.jsonl",
});

const RUST_KIT: &[Template] = templates!("policies" {
    "../LICENSE" => "regatta/LICENSE",
    "Cargo.toml" => "regatta/Cargo.toml",
});

// The sources of the SDKs, as the build script found them.
include!(concat!(env!("OUT_DIR"), "/kit.rs"));

const JAVASCRIPT_POLICY: &[Template] = templates!("examples/policies/javascript" {
    "README.md" => "README.md",
    ".gitignore" => ".gitignore",
    "package.json" => "package.json",
    "component.js" => "component.js",
    "policy.js" => "policy.js",
    "policy.test.js" => "policy.test.js",
    "scenario.jsonl" => "scenario.jsonl",
    "../../sdk/javascript/policy-world.js" => "regatta/policy-world.js",
});

const JAVASCRIPT_REWARD: &[Template] = templates!("examples/rewards/javascript" {
    "README.md" => "README.md",
    ".gitignore" => ".gitignore",
    "package.json" => "package.json",
    "component.js" => "component.js",
    "reward.js" => "reward.js",
    "reward.test.js" => "reward.test.js",
    "scenario.jsonl" => "scenario.jsonl",
    "../../sdk/javascript/reward-world.js" => "regatta/reward-world.js",
});

const JAVASCRIPT_KIT: &[Template] = templates!("examples/sdk/javascript" {
    "../../../LICENSE" => "regatta/LICENSE",
    "build.js" => "regatta/build.js",
    "settings.js" => "regatta/settings.js",
    "values.js" => "regatta/values.js",
});

const PYTHON_POLICY: &[Template] = templates!("examples/policies/python" {
    "README.md" => "README.md",
    ".gitignore" => ".gitignore",
    "requirements.txt" => "requirements.txt",
    "component.py" => "component.py",
    "policy.py" => "policy.py",
    "test_policy.py" => "test_policy.py",
    "scenario.jsonl" => "scenario.jsonl",
    "../../sdk/python/policy_world.py" => "regatta/policy_world.py",
});

const PYTHON_REWARD: &[Template] = templates!("examples/rewards/python" {
    "README.md" => "README.md",
    ".gitignore" => ".gitignore",
    "requirements.txt" => "requirements.txt",
    "component.py" => "component.py",
    "reward.py" => "reward.py",
    "test_reward.py" => "test_reward.py",
    "scenario.jsonl" => "scenario.jsonl",
    "../../sdk/python/reward_world.py" => "regatta/reward_world.py",
});

const PYTHON_KIT: &[Template] = templates!("examples/sdk/python" {
    "../../../LICENSE" => "regatta/LICENSE",
    "settings.py" => "regatta/settings.py",
    "values.py" => "regatta/values.py",
});

/// What an example says where a project of its own says something else. Names come first, then paths,
/// longer ones before those that they contain.
pub(crate) const PATHS: &[(&str, &str)] = &[
    ("../../../policies/", "regatta/"),
    ("../../../wit", "wit"),
    ("../../sdk/python", "regatta"),
    ("../../sdk/javascript/", "./regatta/"),
    (" ../.. ", " . "),
];

impl Language {
    /// Its name for people.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Language::Rust => "Rust",
            Language::Javascript => "JavaScript",
            Language::Python => "Python",
        }
    }
}

impl World {
    /// Its name for people.
    pub(crate) fn title(self) -> &'static str {
        match self {
            World::Policy => "policy",
            World::Reward => "reward",
        }
    }

    /// The name of the example, which stands wherever a project's own name belongs.
    pub(crate) fn example(self) -> &'static str {
        match self {
            World::Policy => "by-rate",
            World::Reward => "slo-and-cost",
        }
    }
}

/// The templates of a project.
pub(crate) fn of(language: Language, world: World) -> Vec<Template> {
    let groups: &[&[Template]] = match (language, world) {
        (Language::Rust, World::Policy) => &[RUST_POLICY, RUST_KIT, SETTINGS_KIT, SDK],
        (Language::Rust, World::Reward) => &[RUST_REWARD, RUST_KIT, SETTINGS_KIT, REWARD_SDK],
        (Language::Javascript, World::Policy) => &[JAVASCRIPT_POLICY, JAVASCRIPT_KIT],
        (Language::Javascript, World::Reward) => &[JAVASCRIPT_REWARD, JAVASCRIPT_KIT],
        (Language::Python, World::Policy) => &[PYTHON_POLICY, PYTHON_KIT],
        (Language::Python, World::Reward) => &[PYTHON_REWARD, PYTHON_KIT],
    };
    [INTERFACE, &groups.concat()].concat()
}

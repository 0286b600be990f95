use super::*;

const ALL: [(Language, World); 6] = [
    (Language::Rust, World::Policy),
    (Language::Rust, World::Reward),
    (Language::Javascript, World::Policy),
    (Language::Javascript, World::Reward),
    (Language::Python, World::Policy),
    (Language::Python, World::Reward),
];

fn made(name: &str, language: Language, world: World) -> Result<Vec<File>, ProjectError> {
    files(&name.parse().unwrap(), language, world)
}

#[test]
fn a_project_stands_alone_under_its_own_name() {
    for (language, world) in ALL {
        let files = made("night-owl", language, world).unwrap();
        let text = |path: &str| &files.iter().find(|file| file.path == path).unwrap().text;
        assert!(text("README.md").starts_with("# night-owl\n"), "{language:?} {world:?}");
        assert!(text("wit/policy.wit").contains("package regatta:policy@"));
        let example = world.example();
        for file in files.iter().filter(|file| !file.path.starts_with("regatta/")) {
            let alone = !file.text.contains("../..") && !file.text.contains(example);
            assert!(alone, "{language:?} {world:?}: {}", file.path);
        }
    }
}

#[test]
fn files_of_a_project_are_all_in_its_folder_and_none_comes_twice() {
    for (language, world) in ALL {
        let mut paths: Vec<_> =
            made("x", language, world).unwrap().into_iter().map(|file| file.path).collect();
        assert!(paths.iter().all(|path| !path.contains("..") && !path.starts_with('/')));
        let count = paths.len();
        paths.sort_unstable();
        paths.dedup();
        assert_eq!(paths.len(), count, "{language:?} {world:?}");
    }
}

#[test]
fn a_crate_is_not_called_what_cargo_refuses() {
    for (name, cause) in [
        ("7up", Some("digit")),
        ("match", Some("word")),
        ("core", Some("compiler")),
        ("serde", Some("needs")),
        ("sdk", Some("needs")),
        ("by-rate", None),
        ("night-owl", None),
    ] {
        let said = made(name, Language::Rust, World::Policy).err().map(|error| error.to_string());
        assert_eq!(said.is_some(), cause.is_some(), "{name}");
        assert!(said.unwrap_or_default().contains(cause.unwrap_or_default()), "{name}");
        assert!(made(name, Language::Python, World::Policy).is_ok(), "{name}");
    }
}

#[test]
fn a_lock_file_lists_packages_in_order() {
    let lock = "# by cargo\nversion = 4\n\n[[package]]\nname = \"zebra\"\nversion = \"1.0.0\"\n\n\
                [[package]]\nname = \"ant\"\nversion = \"1.0.0\"\n";
    let expected = "# by cargo\nversion = 4\n\n[[package]]\nname = \"ant\"\nversion = \"1.0.0\"\n\n\
                    [[package]]\nname = \"zebra\"\nversion = \"1.0.0\"\n";
    assert_eq!(sorted_lock(lock), expected);
    assert_eq!(sorted_lock(expected), expected);
}

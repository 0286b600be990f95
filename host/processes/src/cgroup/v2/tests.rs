use std::fs;
use std::process::Command;

use super::*;

/// Tells a copy of this program which group to delegate to itself.
const ROLE: &str = "REGATTA_TEST_DELEGATED";

/// A controller that version 2 still has where version 1 has taken those for CPU and memory. How
/// groups hand controllers down is the same for all.
const SPARE: &[&str] = &["hugetlb"];

/// The part of a host that runs alone in a group of its own; nothing at all in an ordinary run.
#[test]
fn plays_a_delegated_host_when_told_to() {
    let Ok(group) = std::env::var(ROLE) else { return };
    let group = PathBuf::from(group);
    write(&group.join("cgroup.procs"), "0").unwrap();
    let own = || sweep::processes_in(&group);
    let handed_down = || fs::read_to_string(group.join("cgroup.subtree_control")).unwrap();
    assert_eq!(own(), [Pid::this()]);

    let host = HostId::own().unwrap();
    let view = View::read().unwrap();
    let mut first = Tree::make(&view, &host.group(0), SPARE).unwrap();
    // It had to leave, and everything is below the group that was its own.
    assert_eq!((own(), handed_down().trim()), (vec![], "hugetlb"));
    assert_eq!(sweep::processes_in(&first.folder.join(OWN_LEAF)), [Pid::this()]);
    assert!(lists(&first.folder.join("cgroup.subtree_control"), SPARE).unwrap());

    // A second cluster stands beside the first, not in it.
    let mut second = Tree::make(&View::read().unwrap(), &host.group(1), SPARE).unwrap();
    assert_eq!(second.folder.parent(), Some(group.as_path()));

    // A replica's group ends with its process; the host's own does not.
    let replica = first.folder.join("replica-a");
    make(&replica).unwrap();
    let mut sleeper = Command::new("/bin/sleep").arg("983").spawn().unwrap();
    write(&replica.join("cgroup.procs"), &sleeper.id().to_string()).unwrap();
    assert_eq!(sweep::kill_all(&first.folder), 1);
    sleeper.wait().unwrap();

    second.remove();
    assert!(!second.folder.exists());
    first.remove();
    assert!(!first.folder.exists());
    assert_eq!((own(), handed_down().trim()), (vec![Pid::this()], ""));
}

#[test]
#[expect(clippy::print_stderr, reason = "a test that cannot be done says so")]
fn a_host_alone_in_its_group_makes_room_and_leaves_all_as_it_was() {
    let view = View::read().unwrap();
    let base = match view.own_v2() {
        Ok((point, _)) if lists(&point.join("cgroup.controllers"), SPARE).unwrap() => point,
        Ok(_) => return eprintln!("not tested: version 2 has no spare controller here"),
        Err(reason) => return eprintln!("not tested: {reason}"),
    };
    let enabled = lists(&base.join("cgroup.subtree_control"), SPARE).unwrap();
    if !enabled && let Err(error) = switch(&base, '+', SPARE) {
        return eprintln!("not tested: {}", told(&error));
    }
    let group = base.join(format!("delegated-{}", std::process::id()));
    make(&group).unwrap();
    let played = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "cgroup::v2::tests::plays_a_delegated_host_when_told_to"])
        .env(ROLE, &group)
        .output()
        .unwrap();
    let removed = sweep::remove(&group);
    if !enabled {
        switch(&base, '-', SPARE).unwrap();
    }
    assert!(played.status.success(), "{}", String::from_utf8_lossy(&played.stdout));
    assert!(String::from_utf8_lossy(&played.stdout).contains("1 passed"));
    removed.unwrap();
}

#[test]
fn without_controllers_the_reason_names_the_group() {
    let Ok(view) = View::read() else { return };
    let Ok((point, _)) = view.own_v2() else { return };
    let error = Tree::make(&view, "regatta-1-2-3-4", &["no-such-controller"]).unwrap_err();
    assert!(error.contains(&format!("`{}", point.display())), "{error}");
    assert!(error.contains("has no controllers no-such-controller"), "{error}");
}

/// Plain files in place of the kernel's, to see what is written and how it is read.
fn leaf(files: &[(&str, &str)]) -> (tempfile::TempDir, Leaf) {
    let folder = tempfile::tempdir().unwrap();
    for name in ["cpu.max", "cpu.weight", "memory.max", "memory.high"] {
        fs::write(folder.path().join(name), "").unwrap();
    }
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let leaf = Leaf(folder.path().to_path_buf());
    (folder, leaf)
}

fn written(leaf: &Leaf, name: &str) -> String {
    fs::read_to_string(leaf.0.join(name)).unwrap()
}

#[test]
fn limits_are_written_as_the_kernel_takes_them_and_read_back() {
    let (_folder, free) = leaf(&[("memory.current", "5000\n")]);
    free.set(Limits::default()).unwrap();
    assert_eq!(written(&free, "cpu.max"), "max 100000");
    assert_eq!(
        (written(&free, "cpu.weight"), written(&free, "memory.max")),
        ("100".into(), "max".into())
    );
    assert_eq!(free.limits().unwrap(), Limits::default());

    for shares in [2, 102, 1024, 2048, 262_144] {
        let (_folder, held) = leaf(&[("memory.current", "5000\n")]);
        let limits = Limits {
            cpu_millicores: Some(250),
            cpu_shares: Some(shares),
            memory_bytes: Some(1 << 20),
        };
        held.set(limits).unwrap();
        assert_eq!(written(&held, "cpu.max"), "25000 100000");
        assert_eq!(written(&held, "memory.max"), "1048576");
        let read = held.limits().unwrap();
        assert_eq!(read.weight(), limits.weight());
        assert_eq!(Limits { cpu_shares: limits.cpu_shares, ..read }, limits);
    }
}

#[test]
fn a_memory_limit_below_what_is_used_is_never_written() {
    let files = [("memory.current", "5000\n"), ("memory.max", "9000"), ("memory.high", "max")];
    let (_folder, leaf) = leaf(&files);
    let error = leaf.set_memory(Some(4999)).unwrap_err();
    assert!(
        matches!(error, GroupError::BelowUse { asked_bytes: 4999, used_bytes: 5000 }),
        "{error}"
    );
    assert_eq!(written(&leaf, "memory.max"), "9000");
    assert!(written(&leaf, "memory.high").starts_with("max"));
}

#[test]
fn usage_is_read_as_kubernetes_does() {
    let (_folder, leaf) = leaf(&[
        (
            "cpu.stat",
            "usage_usec 2500000\nuser_usec 1\nsystem_usec 2\nnr_periods 40\nnr_throttled 30\n\
             throttled_usec 1500000\nnr_bursts 0\nburst_usec 0\n",
        ),
        ("memory.current", "9000\n"),
        ("memory.stat", "anon 1\nfile 2\ninactive_file 4000\nactive_file 5\n"),
        ("memory.events", "low 0\nhigh 0\nmax 7\noom 3\noom_kill 2\noom_group_kill 1\n"),
    ]);
    let expected = Usage {
        cpu_seconds: 2.5,
        memory_bytes: 5000,
        throttled_seconds: 1.5,
        periods: 40,
        throttled_periods: 30,
        oom_kills: 2,
    };
    assert_eq!(leaf.usage().unwrap(), expected);
    fs::write(leaf.0.join("memory.events"), "low 0\n").unwrap();
    let error = leaf.usage().unwrap_err();
    assert!(error.to_string().starts_with("cannot find oom_kill in `"), "{error}");
}

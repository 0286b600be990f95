use super::*;

const SEPARATE: &str = "\
31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu
33 31 0:30 / /sys/fs/cgroup/cpuacct rw,relatime - cgroup cgroup rw,cpuacct
35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
37 31 0:34 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,name=systemd
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw";
const CO_MOUNTED: &str = "\
33 24 0:28 / /sys/fs/cgroup/cpu,cpuacct rw shared:16 - cgroup cgroup rw,cpu,cpuacct
34 24 0:29 / /sys/fs/cgroup/memory rw shared:17 - cgroup cgroup rw,memory";
const UNIFIED: &str = "\
29 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot";

fn check_v1(mounts: &str, own: &str, controller: &str, expected: Result<&str, &str>) {
    let found = View::parse(mounts, own).own_v1(controller);
    let expected = expected.map(PathBuf::from).map_err(str::to_owned);
    assert_eq!(found, expected, "{controller} in {own} of {mounts}");
}

#[test]
fn a_group_of_version_1_is_found_where_its_controller_is_mounted() {
    let own = "5:memory:/a/b\n4:cpuacct:/\n3:cpu:/c\n0::/";
    check_v1(SEPARATE, own, "cpu", Ok("/sys/fs/cgroup/cpu/c"));
    check_v1(SEPARATE, own, "cpuacct", Ok("/sys/fs/cgroup/cpuacct/"));
    check_v1(SEPARATE, own, "memory", Ok("/sys/fs/cgroup/memory/a/b"));
    let own = "5:memory:/\n4:cpu,cpuacct:/user.slice";
    check_v1(CO_MOUNTED, own, "cpu", Ok("/sys/fs/cgroup/cpu,cpuacct/user.slice"));
    check_v1(CO_MOUNTED, own, "cpuacct", Ok("/sys/fs/cgroup/cpu,cpuacct/user.slice"));
    check_v1(UNIFIED, "0::/", "cpu", Err("no controller `cpu`"));
}

#[test]
fn a_container_sees_its_own_part() {
    let mount = "9 8 0:1 /docker/x /sys/fs/cgroup/cpu ro - cgroup cgroup rw,cpu";
    check_v1(mount, "3:cpu:/docker/x/y", "cpu", Ok("/sys/fs/cgroup/cpu/y"));
    let unseen = "`cpu` is not mounted where the group `/other` is seen";
    check_v1(mount, "3:cpu:/other", "cpu", Err(unseen));
}

#[test]
fn a_group_outside_of_the_namespace_is_not_taken() {
    let view = View::parse(UNIFIED, "0::/../../x");
    assert!(view.own_v2().unwrap_err().contains("not mounted where"));
}

#[test]
fn the_group_of_version_2_is_found() {
    let slice = "/user.slice/user-1000.slice/user@1000.service/app.slice";
    let (point, folder) = View::parse(UNIFIED, &format!("0::{slice}")).own_v2().unwrap();
    assert_eq!(point, Path::new("/sys/fs/cgroup"));
    assert_eq!(folder, PathBuf::from(format!("/sys/fs/cgroup{slice}")));
    assert_eq!(View::parse(CO_MOUNTED, "4:cpu:/").own_v2(), Err("this kernel has none".into()));
}

#[test]
fn names_in_octal_are_read() {
    let mount = r"9 8 0:1 / /mnt/a\040b\134c rw - cgroup2 none rw";
    let (point, _) = View::parse(mount, "0::/").own_v2().unwrap();
    assert_eq!(point, Path::new(r"/mnt/a b\c"));
}

#[test]
fn what_is_mounted_last_is_seen() {
    let mounts = "1 0 0:1 / /old rw - cgroup2 none rw\n2 0 0:1 / /new rw - cgroup2 none rw";
    assert_eq!(View::parse(mounts, "0::/").own_v2().unwrap().0, Path::new("/new"));
}

#[test]
fn only_hierarchies_with_replicas_are_swept() {
    let view = View::parse(SEPARATE, "");
    let points: Vec<_> = view.points().map(|point| point.to_str().unwrap()).collect();
    let expected = ["cpu", "cpuacct", "memory", "unified"];
    assert_eq!(points, expected.map(|name| format!("/sys/fs/cgroup/{name}")));
}

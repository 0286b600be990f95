//! Detection: where control groups are mounted, and in which of them this process runs.

use std::fmt;
use std::fs;
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Path, PathBuf};

/// Why replicas run without limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uncapped {
    reasons: Vec<String>,
}

impl Uncapped {
    /// With reasons in words, such as `switched off by the file`.
    pub fn new<R: Into<String>>(reasons: impl IntoIterator<Item = R>) -> Self {
        Self { reasons: reasons.into_iter().map(Into::into).collect() }
    }
}

impl fmt::Display for Uncapped {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "replicas run without CPU and memory limits, because no control group can be made \
             ({}); run as root, or delegate the controllers cpu and memory to this user",
            self.reasons.join("; ")
        )
    }
}

/// A mounted hierarchy of groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mount {
    /// Which group of the hierarchy is seen at `point`.
    root: PathBuf,
    /// Where it is seen.
    pub(super) point: PathBuf,
    kind: Kind,
}

/// Which groups a hierarchy has.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    /// Version 1, with the words of its mount options, among them its controllers.
    V1(Vec<String>),
    V2,
}

/// What this process sees of control groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct View {
    mounts: Vec<Mount>,
    /// Controllers (none for version 2) and the group in which this process runs.
    memberships: Vec<(Vec<String>, PathBuf)>,
}

impl View {
    /// Reads it from `/proc`.
    pub(super) fn read() -> Result<Self, String> {
        let read = |path: &str| {
            fs::read(path)
                .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
                .map_err(|error| format!("cannot read `{path}`: {error}"))
        };
        Ok(Self::parse(&read("/proc/self/mountinfo")?, &read("/proc/self/cgroup")?))
    }

    /// Lines of another form are of no use to us.
    fn parse(mountinfo: &str, own: &str) -> Self {
        let mounts = mountinfo.lines().filter_map(Mount::parse).collect();
        let memberships = own.lines().filter_map(|line| {
            let mut parts = line.splitn(3, ':');
            let (_, controllers, path) = (parts.next()?, parts.next()?, parts.next()?);
            let controllers = controllers.split(',').filter(|word| !word.is_empty());
            Some((controllers.map(str::to_owned).collect(), PathBuf::from(path)))
        });
        Self { mounts, memberships: memberships.collect() }
    }

    /// The folder of the group in which this process runs, of a controller of version 1.
    pub(super) fn own_v1(&self, controller: &str) -> Result<PathBuf, String> {
        let named = |words: &[String]| words.iter().any(|word| word == controller);
        let group = self.memberships.iter().find(|(controllers, _)| named(controllers));
        let (_, group) = group.ok_or_else(|| format!("no controller `{controller}`"))?;
        let mounts = self.mounts.iter().filter(|mount| match &mount.kind {
            Kind::V1(words) => named(words),
            Kind::V2 => false,
        });
        seen(mounts, group).map_or_else(|| Err(unseen(controller, group)), |(_, folder)| Ok(folder))
    }

    /// Where version 2 is mounted, and the folder of the group in which this process runs.
    pub(super) fn own_v2(&self) -> Result<(PathBuf, PathBuf), String> {
        let group = self.memberships.iter().find(|(controllers, _)| controllers.is_empty());
        let (_, group) = group.ok_or("this kernel has none")?;
        let mounts = self.mounts.iter().filter(|mount| mount.kind == Kind::V2);
        let (point, folder) = seen(mounts, group).ok_or_else(|| unseen("cgroup2", group))?;
        Ok((point.to_path_buf(), folder))
    }

    /// Every place where groups are seen that replicas could be in.
    pub(super) fn points(&self) -> impl Iterator<Item = &Path> {
        let ours = |words: &[String]| {
            ["cpu", "cpuacct", "memory"].iter().any(|ours| words.iter().any(|word| word == ours))
        };
        let held = self.mounts.iter().filter(move |mount| match &mount.kind {
            Kind::V1(words) => ours(words),
            Kind::V2 => true,
        });
        held.map(|mount| mount.point.as_path())
    }
}

impl Mount {
    /// A line is `36 35 98:0 /root /point options [more…] - type source words`, and what would break
    /// it (spaces, say) is written as `\040`.
    fn parse(line: &str) -> Option<Self> {
        let (front, back) = line.split_once(" - ")?;
        let mut front = front.split(' ').skip(3);
        let mut back = back.split(' ');
        let kind = match back.next()? {
            "cgroup" => {
                let words = back.nth(1)?.split(',');
                Kind::V1(words.map(str::to_owned).collect())
            }
            "cgroup2" => Kind::V2,
            _ => return None,
        };
        Some(Self { root: plain(front.next()?), point: plain(front.next()?), kind })
    }
}

/// Where a group is seen: a mount, and the group's folder in it. A container may see only part of a
/// hierarchy, or a part in which it does not run.
fn seen<'a>(mounts: impl Iterator<Item = &'a Mount>, group: &Path) -> Option<(&'a Path, PathBuf)> {
    mounts
        .filter_map(|mount| {
            let below = group.strip_prefix(&mount.root).ok()?;
            // A name with `..` lies outside of what this process may see.
            let inside =
                below.components().all(|part| matches!(part, std::path::Component::Normal(_)));
            inside.then(|| (mount.point.as_path(), mount.point.join(below)))
        })
        // What is mounted over another comes later.
        .last()
}

fn unseen(what: &str, group: &Path) -> String {
    format!("`{what}` is not mounted where the group `{}` is seen", group.display())
}

fn plain(escaped: &str) -> PathBuf {
    let bytes = escaped.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let code = bytes.get(at + 1..at + 4).and_then(|digits| std::str::from_utf8(digits).ok());
        match code.and_then(|digits| u8::from_str_radix(digits, 8).ok()) {
            Some(byte) if bytes[at] == b'\\' => {
                out.push(byte);
                at += 4;
            }
            _ => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    PathBuf::from(std::ffi::OsString::from_vec(out))
}

#[cfg(test)]
mod tests;

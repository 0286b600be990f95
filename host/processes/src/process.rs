//! Process: what `/proc` says of one.

use std::fs;
use std::io;
use std::path::PathBuf;

use nix::errno::Errno;
use nix::sys::signal::kill;
use nix::unistd::Pid;

/// Clock ticks a second in `/proc/<pid>/stat`: Linux tells user space 100 on every architecture that
/// Rust has a Linux target for, whatever the kernel's own is.
const TICKS_PER_SECOND: f64 = 100.0;

/// What is read of a process.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Status {
    /// It has ended and is only waited for.
    pub(crate) is_dead: bool,
    /// CPU time of all its threads, in seconds.
    pub(crate) cpu_seconds: f64,
    /// When it started, in clock ticks since the machine did.
    pub(crate) started_ticks: u64,
}

impl Status {
    /// Of one process, by `/proc/<pid>/stat`.
    pub(crate) fn read(pid: Pid) -> io::Result<Self> {
        let text = fs::read_to_string(file(pid, "stat"))?;
        Self::parse(&text).ok_or_else(|| {
            io::Error::new(io::ErrorKind::InvalidData, format!("cannot make sense of `{text}`"))
        })
    }

    /// The program's name, the second field, may hold spaces and brackets: counting starts behind its
    /// last bracket, with the third field.
    fn parse(text: &str) -> Option<Self> {
        let (_, rest) = text.rsplit_once(')')?;
        let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
        let number = |field: usize| fields.get(field - 3)?.parse::<u64>().ok();
        // A first thread may end before the others: then the process lives on.
        let is_dead = matches!(*fields.first()?, "Z" | "X") && number(20)? <= 1;
        let cpu_ticks = number(14)?.checked_add(number(15)?)?;
        Some(Self {
            is_dead,
            cpu_seconds: cpu_ticks as f64 / TICKS_PER_SECOND,
            started_ticks: number(22)?,
        })
    }
}

/// Memory of a process that is in RAM, in bytes; 0 once it has ended.
pub(crate) fn resident_bytes(pid: Pid) -> io::Result<u64> {
    let text = fs::read_to_string(file(pid, "status"))?;
    Ok(parse_resident(&text).unwrap_or(0))
}

/// Whether the process with this number, started at this tick, still runs. In doubt it does.
pub(crate) fn is_alive(pid: Pid, started_ticks: u64) -> bool {
    // Asks even where `/proc` hides the processes of others.
    if kill(pid, None) == Err(Errno::ESRCH) {
        return false;
    }
    match Status::read(pid) {
        Ok(status) => status.started_ticks == started_ticks && !status.is_dead,
        Err(_) => kill(pid, None) != Err(Errno::ESRCH),
    }
}

fn parse_resident(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kib.checked_mul(1024)
}

fn file(pid: Pid, name: &str) -> PathBuf {
    PathBuf::from(format!("/proc/{pid}/{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_brackets_and_spaces_shifts_no_field() {
        let line = "7 (a) R (b c) S 1 7 7 0 -1 0 0 0 0 0 150 50 0 0 20 0 3 0 4242 1 1";
        let status = Status::parse(line).unwrap();
        assert_eq!(
            status,
            Status { is_dead: false, cpu_seconds: 2.0, started_ticks: 4242 },
            "{line}"
        );
    }

    #[test]
    fn only_a_zombie_without_threads_is_dead() {
        let check = |state: &str, threads: u32, dead: bool| {
            let line = format!("7 (a) {state} 1 7 7 0 -1 0 0 0 0 0 0 0 0 0 20 0 {threads} 0 4242");
            assert_eq!(Status::parse(&line).unwrap().is_dead, dead, "{line}");
        };
        check("Z", 1, true);
        check("Z", 2, false);
        check("S", 1, false);
    }

    #[test]
    fn nonsense_is_not_a_status() {
        for text in ["", "7 (a", "7 (a) S", "7 (a) S 1 x"] {
            assert!(Status::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn this_process_is_alive_and_one_of_another_start_is_not() {
        let own = Pid::this();
        let started = Status::read(own).unwrap().started_ticks;
        assert!(is_alive(own, started));
        assert!(!is_alive(own, started + 1));
        assert!(resident_bytes(own).unwrap() > 0);
    }
}

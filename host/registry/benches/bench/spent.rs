//! Spent: what stages take, by the wall clock and of the processors. CPU time says what a stage costs
//! where others keep the machine busy.

use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;

/// What stages took, in the order in which they first came.
#[derive(Default)]
pub(crate) struct Spent {
    stages: Vec<Stage>,
}

struct Stage {
    name: &'static str,
    wall: Vec<Duration>,
    /// Of children too.
    cpu: Vec<Duration>,
}

impl Spent {
    /// Runs one stage once.
    pub(crate) fn at<R>(&mut self, name: &'static str, run: impl FnOnce() -> R) -> R {
        let (begun, before) = (Instant::now(), cpu());
        let result = run();
        let (wall, cpu) = (begun.elapsed(), cpu() - before);
        match self.stages.iter_mut().find(|stage| stage.name == name) {
            Some(stage) => {
                stage.wall.push(wall);
                stage.cpu.push(cpu);
            }
            None => self.stages.push(Stage { name, wall: vec![wall], cpu: vec![cpu] }),
        }
        result
    }

    /// Says for each stage its median and its least time, and the median of its CPU time.
    pub(crate) fn print(self) {
        for Stage { name, mut wall, mut cpu } in self.stages {
            wall.sort_unstable();
            cpu.sort_unstable();
            let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
            let middle = wall.len() / 2;
            let (median, least) = (milliseconds(wall[middle]), milliseconds(wall[0]));
            println!("  {name:28} {median:8.2} {least:8.2} {:8.2}", milliseconds(cpu[middle]));
        }
    }
}

/// CPU time of this process and of the children that it has waited for.
fn cpu() -> Duration {
    let of = |who| {
        let usage = getrusage(who).unwrap();
        [usage.user_time(), usage.system_time()]
            .map(|time| Duration::from_micros(u64::try_from(time.num_microseconds()).unwrap()))
    };
    of(UsageWho::RUSAGE_SELF).into_iter().chain(of(UsageWho::RUSAGE_CHILDREN)).sum()
}

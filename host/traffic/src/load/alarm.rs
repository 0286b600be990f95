//! Alarm: wakes the generator at an instant, to some tens of microseconds. The timers of tokio are
//! whole milliseconds apart, which at 2,000 requests per second would send them in pairs.

use std::io;
use std::os::fd::{AsFd as _, AsRawFd, RawFd};
use std::time::Duration;

use nix::sys::time::TimeSpec;
use nix::sys::timerfd::{ClockId, Expiration, TimerFd, TimerFlags, TimerSetTimeFlags};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// Waits shorter than this are spent on other tasks: setting the timer would take about as long.
const TOO_SHORT: Duration = Duration::from_micros(15);

/// A timer of the kernel, which keeps no slack.
#[derive(Debug)]
pub(crate) struct Alarm {
    timer: AsyncFd<Timer>,
}

#[derive(Debug)]
struct Timer(TimerFd);

impl AsRawFd for Timer {
    fn as_raw_fd(&self) -> RawFd {
        self.0.as_fd().as_raw_fd()
    }
}

impl Alarm {
    /// An alarm of the event loop that is entered.
    pub(crate) fn new() -> io::Result<Self> {
        let flags = TimerFlags::TFD_NONBLOCK | TimerFlags::TFD_CLOEXEC;
        let timer = Timer(TimerFd::new(ClockId::CLOCK_MONOTONIC, flags)?);
        #[expect(deprecated, reason = "its heir is unsafe; `Timer` keeps one descriptor for life")]
        let timer = AsyncFd::with_interest(timer, Interest::READABLE)?;
        Ok(Self { timer })
    }

    /// Waits; other tasks run at least once meanwhile.
    pub(crate) async fn after(&self, wait: Duration) -> io::Result<()> {
        if wait < TOO_SHORT {
            tokio::task::yield_now().await;
            return Ok(());
        }
        let timer = &self.timer.get_ref().0;
        let once = Expiration::OneShot(TimeSpec::from_duration(wait));
        timer.set(once, TimerSetTimeFlags::empty())?;
        let mut ready = self.timer.readable().await?;
        // Reading it makes it ready to ring again.
        let rung = ready.try_io(|timer| timer.get_ref().0.wait().map_err(io::Error::from));
        rung.unwrap_or(Ok(()))
    }
}

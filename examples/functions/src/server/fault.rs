//! Fault: misbehaviour on demand, for the tests of those who drive functions.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::thread;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use crate::settings::FailMode;

/// `EX_SOFTWARE` of sysexits.h.
const CRASHED: i32 = 70;

const EATEN_BYTES: usize = 16 << 20;

/// Together 1 GiB, so that a machine without limits survives it.
const EATEN_TIMES: usize = 64;

const EATING_PAUSE: Duration = Duration::from_millis(20);

/// No byte of HTTP/1.1 is printable after it, and no HTTP/2 frame is a frame.
const GARBLED_WITH: u8 = 0xA5;

/// What to do wrong, and after how many calls.
#[derive(Debug)]
pub(super) struct Fault {
    mode: Option<FailMode>,
    after: u64,
    calls: AtomicU64,
}

impl Fault {
    pub(super) fn new(mode: Option<FailMode>, after: u64) -> Self {
        Self { mode, after, calls: AtomicU64::new(0) }
    }

    /// Counts a call, which may be one too many.
    pub(super) fn count(&self) {
        let calls = self.calls.fetch_add(1, Ordering::Relaxed);
        match self.mode {
            Some(FailMode::Crash) if calls >= self.after => std::process::exit(CRASHED),
            Some(FailMode::EatMemory) if calls == self.after => {
                // A thread that cannot be had is a fault as well.
                let _ = thread::Builder::new().name("eater".to_owned()).spawn(eat);
            }
            _ => {}
        }
    }

    /// Whether no more is read: the last good call has been.
    fn stops_reading(&self) -> bool {
        self.mode == Some(FailMode::StopReading) && self.calls.load(Ordering::Relaxed) >= self.after
    }

    /// Whether what is written is garbled: the last good call has been answered.
    fn garbles(&self) -> bool {
        self.mode == Some(FailMode::Garbage)
            && (self.after == 0 || self.calls.load(Ordering::Relaxed) > self.after)
    }
}

fn eat() {
    let mut eaten = Vec::new();
    for _ in 0..EATEN_TIMES {
        eaten.push(vec![1_u8; EATEN_BYTES]);
        thread::sleep(EATING_PAUSE);
    }
    loop {
        thread::park();
        std::hint::black_box(&eaten);
    }
}

/// A connection, with the fault in it.
#[derive(Debug)]
pub(super) struct FaultyStream {
    stream: TcpStream,
    fault: Arc<Fault>,
}

impl FaultyStream {
    pub(super) fn new(stream: TcpStream, fault: Arc<Fault>) -> Self {
        Self { stream, fault }
    }
}

impl AsyncRead for FaultyStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.fault.stops_reading() {
            // Nothing will wake it.
            return Poll::Pending;
        }
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for FaultyStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if !self.fault.garbles() {
            return Pin::new(&mut self.stream).poll_write(context, bytes);
        }
        let garbled: Vec<u8> = bytes.iter().map(|byte| byte ^ GARBLED_WITH).collect();
        Pin::new(&mut self.stream).poll_write(context, &garbled)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if !self.fault.garbles() {
            return Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        }
        let first = slices.iter().find(|slice| !slice.is_empty()).map_or(&[][..], |slice| slice);
        self.poll_write(context, first)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

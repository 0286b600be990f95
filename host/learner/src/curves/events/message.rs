//! Messages of an event file: TensorFlow's `Event` and `Summary`, the fields that curves need. The
//! numbers are those of event.proto and summary.proto.

use prost::{Enumeration, Message, Oneof};

use crate::curves::Point;

/// What an event file consists of.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Event {
    /// Seconds since 1970 began.
    #[prost(double, tag = "1")]
    pub(super) wall_time: f64,
    #[prost(int64, tag = "2")]
    pub(super) step: i64,
    #[prost(oneof = "What", tags = "3, 5, 7")]
    pub(super) what: Option<What>,
}

#[derive(Clone, PartialEq, Oneof)]
pub(super) enum What {
    #[prost(string, tag = "3")]
    FileVersion(String),
    #[prost(message, tag = "5")]
    Summary(Summary),
    #[prost(message, tag = "7")]
    SessionLog(SessionLog),
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Summary {
    #[prost(message, repeated, tag = "1")]
    pub(super) value: Vec<Value>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Value {
    #[prost(string, tag = "1")]
    pub(super) tag: String,
    // A member of a oneof in summary.proto, so it is written even where it is 0.
    #[prost(float, optional, tag = "2")]
    pub(super) simple_value: Option<f32>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct SessionLog {
    #[prost(enumeration = "Status", tag = "1")]
    pub(super) status: i32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Enumeration)]
#[repr(i32)]
pub(super) enum Status {
    Unspecified = 0,
    Start = 1,
}

impl Event {
    /// What a file must begin with.
    pub(super) fn version(wall_time: f64) -> Self {
        let what = Some(What::FileVersion("brain.Event:2".to_owned()));
        Self { wall_time, step: 0, what }
    }

    /// Tells a TensorBoard that reads along to forget what it has from this step on.
    pub(super) fn restart(wall_time: f64, step: u64) -> Self {
        let what = Some(What::SessionLog(SessionLog { status: Status::Start.into() }));
        Self { wall_time, step: signed(step), what }
    }

    /// A point.
    pub(super) fn scalar(point: &Point<'_>) -> Self {
        let value = Value { tag: point.tag(), simple_value: Some(point.value as f32) };
        let what = Some(What::Summary(Summary { value: vec![value] }));
        Self { wall_time: point.wall_seconds, step: signed(point.step), what }
    }
}

fn signed(step: u64) -> i64 {
    i64::try_from(step).unwrap_or(i64::MAX)
}

mod failing;
mod measuring;
mod server;
mod speaking;
mod specifying;

use std::time::Duration;

use super::*;
use crate::{ArrivalPlan, ArrivalSpec, ProcessSpec, Purpose, Stream, Traces};

fn chance() -> Stream {
    Stream::new(5, 0, Purpose::Arrivals)
}

fn arrivals(process: ProcessSpec) -> ArrivalPlan {
    ArrivalSpec::new(process).plan(&Traces::default()).expect("the process makes sense")
}

fn constant(rate_per_second: f64) -> ArrivalPlan {
    arrivals(ProcessSpec::Constant { rate_per_second })
}

/// One flow of GETs at a constant rate.
fn flow(url: &str, rate_per_second: f64) -> Flow {
    let url = url.parse().expect("a URL");
    Flow::new("flow", constant(rate_per_second), chance(), url, Call::get())
}

fn plan(flow: Flow, seconds: f64) -> Plan {
    Plan {
        flows: vec![flow],
        warm_up: Duration::ZERO,
        duration: Duration::from_secs_f64(seconds),
        drain: Duration::from_secs(20),
    }
}

fn measured(plan: &Plan) -> Report {
    let report = run(plan, |_| ()).expect("it starts");
    for flow in &report.flows {
        let tally = &flow.tally;
        assert_eq!(tally.ended(), tally.intended, "every request ends once: {flow:?}");
        assert_eq!(tally.latencies.count(), tally.intended, "and is in the percentiles");
    }
    report
}

/// The only flow's summary.
fn summary(plan: &Plan) -> Summary {
    measured(plan).flows.remove(0)
}

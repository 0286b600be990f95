//! Arrivals: traces, generators and service times.

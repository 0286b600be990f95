//! A seeded discrete-event cluster.

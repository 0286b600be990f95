//! The one place that knows every maker: a file becomes a cluster, policies and rewards.

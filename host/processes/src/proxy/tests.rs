//! The proxy with real sockets: callers and replicas are hyper's clients and servers.

mod figures;
mod protocols;
mod scene;
mod seating;
mod troubles;

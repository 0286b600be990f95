//! Functions to scale: small real work behind names, and the server that holds one of them.

pub mod function;
pub mod server;
pub mod settings;

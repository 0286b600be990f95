//! wasmtime: components behind the seams, with limits.

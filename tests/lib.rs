//! Whole-system tests live in `all.rs`.

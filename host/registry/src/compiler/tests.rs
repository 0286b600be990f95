//! compiler tests

//! Waiting without blocking.

pub mod fetches;

//! Waiting without blocking: what `async` and `.await` do, and what they leave to a runtime.

pub mod bridges;
pub mod fetches;
pub mod hello;
pub mod lazy;
pub mod restaurant;
pub mod sites;

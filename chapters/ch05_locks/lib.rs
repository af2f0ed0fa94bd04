//! Sharing state without losing updates, and without waiting for each other for ever.

pub mod atomics;
pub mod bank;
pub mod barrier;
pub mod condition;
pub mod config;
pub mod critical;
pub mod deadlock;
pub mod event;
pub mod library;
pub mod lost_update;
pub mod once;
pub mod patience;
pub mod reentrant;
pub mod results;

//! Sharing state without losing updates, and without waiting for each other for ever.
//!
//! - What a lock is for: [`lost_update`], [`critical`], [`poison`].
//! - More than one lock, or the same one twice: [`bank`], [`patience`], [`deadlock`], [`reentrant`],
//!   [`owned`].
//! - Waiting until something has happened, or is so: [`event`], [`condition`], [`called`].
//! - Locks with a purpose: [`library`], [`barrier`], [`once`].
//! - Without a lock: [`atomics`], [`results`], [`config`].

pub mod atomics;
pub mod bank;
pub mod barrier;
pub mod called;
pub mod condition;
pub mod config;
pub mod critical;
pub mod deadlock;
pub mod event;
pub mod library;
pub mod lost_update;
pub mod once;
pub mod owned;
pub mod patience;
pub mod poison;
pub mod reentrant;
pub mod results;

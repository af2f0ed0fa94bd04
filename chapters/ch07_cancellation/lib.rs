//! Ending early, and what is left behind.
//!
//! - How to stop things: [`timeouts`], [`worker`], [`dropping`].
//! - What they leave behind: [`transfer`]; in a loop with `select!`: [`lines`], [`offers`].
//! - Stopping a whole program: [`graceful`], [`tree`]; and what must not be stopped: [`shield`].

pub mod dropping;
pub mod graceful;
pub mod lines;
pub mod offers;
pub mod shield;
pub mod timeouts;
pub mod transfer;
pub mod tree;
pub mod worker;

//! Ending early, and what is left behind.

pub mod dropping;
pub mod graceful;
pub mod lines;
pub mod offers;
pub mod shield;
pub mod timeouts;
pub mod tree;
pub mod worker;

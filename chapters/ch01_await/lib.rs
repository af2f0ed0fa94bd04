//! Waiting without blocking: what `async` and `.await` do, and what they leave to a runtime.
//!
//! - What a future is: [`hello`] waits, [`lazy`] shows that a call does nothing, [`polls`] who polls
//!   and who wakes.
//! - Waits that overlap: [`fetches`] (three), [`sites`] (a hundred, beside threads), [`restaurant`]
//!   (what overlaps and what does not).
//! - To and from code that blocks: [`bridges`] calls async code from outside, [`printer`] is called
//!   from inside.

pub mod bridges;
pub mod fetches;
pub mod hello;
pub mod lazy;
pub mod polls;
pub mod printer;
pub mod restaurant;
pub mod sites;

//! Observing: how to see, test and profile what cannot be stepped through.
//!
//! - How long: [`timings`], a layer, and [`times`], what it measures; [`page`], a shop that is slow.
//! - Tested: [`line`](mod@line), a conversation; [`clocks`], what a paused clock waits for; [`hatch`], with [`bell_1`],
//!   [`bell_2`], [`bell_3`] ([`waiting`] is their line, [`sync`] their locks), [`evening`], simulated, and [`bell`], rung often.
//! - Found: [`who`] waits for whom, [`stuck`] workers, futures that are [`unwoken`].

pub mod alive;
pub mod bell;
pub mod bell_1;
pub mod bell_2;
pub mod bell_3;
pub mod clocks;
#[cfg(tokio_unstable)]
pub mod console;
pub mod evening;
pub mod hatch;
pub mod json;
pub mod late;
pub mod line;
pub mod load;
pub mod orders;
pub mod page;
pub mod server;
pub mod stuck;
pub mod sync;
pub mod times;
pub mod timings;
pub mod traced;
pub mod unwoken;
pub mod waiting;
pub mod who;

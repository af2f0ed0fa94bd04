//! Parallelism: what to do when the work is computing, not waiting.
//!
//! - Four ways: [`errands`], and in [`bounds`] the least time that each needs.
//! - A blocked loop: [`thermometer`].
//! - Handed over: to the blocking pool until it is a [`full_pool`], [`in_place`], or to rayon as a
//!   [`flight`]; and what becomes of each at the [`farewell`].
//! - Polite: [`neighbour`] (how late others are), [`shares`] (what giving way costs).
//! - Waiting and computing: [`mixed`].
//! - How much faster: [`film`], by the law in [`bounds`]; [`collatz`] is what benches compute.

pub mod bounds;
pub mod collatz;
pub mod errands;
pub mod farewell;
pub mod film;
pub mod flight;
pub mod full_pool;
pub mod in_place;
pub mod mixed;
pub mod neighbour;
pub mod shares;
pub mod thermometer;

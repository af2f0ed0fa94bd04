//! Failure: what to do when the other side is slow, broken or lying.
//!
//! - Once more: [`retry`] and the [`curve`] of its pauses, [`payment`] (what is asked twice may happen
//!   twice), [`storm`] with its [`budget`].
//! - How long: [`deadline`].
//! - Alone: [`groups`] that fail, [`bulkhead`] for those that are slow.
//! - What went wrong: [`kinds`]; what happens in any case: [`finally`].
//! - Not at all: [`overload`] with the limit that [`aimd`] finds out, [`breaker`] with the machine in
//!   [`circuit`]; and twice on purpose: [`hedge`].
//! - Not again: [`cache`], and [`stale`] prices while fresh ones are fetched.
//! - Some of it ready-made: [`layers`]. [`chart`] draws curves as text.

pub mod aimd;
pub mod breaker;
pub mod budget;
pub mod bulkhead;
pub mod cache;
pub mod chart;
pub mod circuit;
pub mod curve;
pub mod deadline;
pub mod finally;
pub mod groups;
pub mod hedge;
pub mod kinds;
pub mod layers;
pub mod overload;
pub mod payment;
pub mod retry;
pub mod stale;
pub mod storm;

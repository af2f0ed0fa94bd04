//! A batch of images over worker processes.
//!
//! - What there is to do: [`thumbnail`], and the pictures that make [`trouble`].
//! - The workers: the [`protocol`] they are spoken to in, [`worker`] on their side of it, [`process`]
//!   on ours, and a [`rehearsal`] of them on the virtual clock.
//! - Who gives out the work: [`batch`].
//! - The same with [`threads`].

pub mod batch;
pub mod process;
pub mod protocol;
pub mod rehearsal;
pub mod threads;
pub mod thumbnail;
pub mod trouble;
pub mod worker;

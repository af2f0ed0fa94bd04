//! Tasks: futures that the runtime drives by itself.
//!
//! - Two things at once, and who owns them: [`breakfast`], [`no_beans`], [`workers`].
//! - What a task goes through, and how it ends: [`life`], [`abort`], [`results`], [`weather`].
//! - Whose turn it is: [`event_loop`], [`blocked_loop`], [`two_workers`], [`lifo`].
//! - What a task may hold: [`borrowing`], [`not_send`].
//! - How a task lets others go first: [`yielding`], [`budget`].

pub mod abort;
pub mod blocked_loop;
pub mod borrowing;
pub mod breakfast;
pub mod budget;
pub mod event_loop;
pub mod life;
pub mod lifo;
pub mod no_beans;
pub mod not_send;
pub mod results;
pub mod two_workers;
pub mod weather;
pub mod workers;
pub mod yielding;

//! What is underneath: an executor of our own, in steps that each run.
//!
//! - [`executor_1`] runs one future, [`executor_2`] a queue of tasks, [`executor_3`] has a clock.
//! - What they share: [`task`] (a future that queues itself), [`join_handle`] (waits for one), [`current`]
//!   (`spawn` without being told where), [`time`] (`sleep`) with its [`clock`] and its [`timers`] in a
//!   [`heap`] or a [`wheel`].
//! - What stands on them: [`together`] (`join`, `select`, `yield_now`), [`join_set`], and in [`sync`]
//!   [`oneshot`], [`mpsc`] with its [`semaphore`], and [`mutex`], all made of the [`primitives`].
//! - Stories: [`lost_wake`] (a wake that somebody else takes), [`ring`] (who is asked how often),
//!   [`patience`] (hours that nobody needs), [`race`], [`ends`] (of tasks), [`orders`] (who wakes whom).
//! - Played on it: [`breakfast`] of chapter 2, [`pipeline`] of chapter 6 with its [`queue`], by the stage
//!   ([`on_stage`]).
//! - More than one thread: [`workers_1`] share a queue, [`workers_2`] have one each and steal; the queue is the
//!   [`shared_queue`], and [`sleepers`] have nothing to do. They lift a [`piano`].
//! - The same as Tokio: [`programs`] that run on both, and what is [`missing`] in ours.
//! - Sockets: the [`reactor`] watches them, what is [`watched`] waits, [`tcp`] and its [`echo`].
//! - What `async fn` becomes: a [`machine`] by hand, a [`letter`] that must stay, and the [`growth`] of futures.

// ANCHOR: tokio
// The stories of other chapters ask for `tokio::spawn`. In this crate, that name means this crate.
extern crate self as tokio;

#[path = "../ch02_tasks/breakfast.rs"]
pub mod breakfast;
// ANCHOR_END: tokio
pub mod clock;
pub mod current;
pub mod echo;
pub mod ends;
pub mod executor_1;
pub mod executor_2;
pub mod executor_3;
pub mod growth;
pub mod heap;
pub mod join_handle;
pub mod join_set;
pub mod letter;
pub mod lost_wake;
pub mod machine;
pub mod missing;
pub mod mpsc;
pub mod mutex;
pub mod on_stage;
pub mod oneshot;
pub mod orders;
pub mod patience;
pub mod piano;
#[path = "../ch06_queues/pipeline.rs"]
pub mod pipeline;
pub mod primitives;
pub mod programs;
#[path = "../ch06_queues/queue.rs"]
pub mod queue;
pub mod race;
pub mod reactor;
pub mod ring;
pub mod semaphore;
pub mod shared_queue;
pub mod sleepers;
pub mod sync;
pub mod task;
pub mod tcp;
pub mod time;
pub mod timers;
pub mod together;
pub mod watched;
pub mod wheel;
pub mod workers_1;
pub mod workers_2;

pub use current::spawn;

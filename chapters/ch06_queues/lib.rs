//! Handing work from task to task.
//!
//! In the order of the lesson: [`queue`] is a bounded queue with several receivers, which [`producers`],
//! [`pipeline`], [`stages`], [`back_pressure`] and [`sensors`] put between their tasks; [`post`] is
//! about its end from the receiver's side. [`channels`] shows `oneshot`, `broadcast` and `watch`,
//! [`actor`] a task that owns what it is asked about. The coffee shop closes twice, in
//! [`coffee_tasks`] and in [`coffee_threads`]; [`coffee`] is what both share, and [`signals`] is
//! what tells a program that it should stop.

pub mod actor;
pub mod back_pressure;
pub mod channels;
pub mod coffee;
pub mod coffee_tasks;
pub mod coffee_threads;
pub mod pipeline;
pub mod post;
pub mod producers;
pub mod queue;
pub mod sensors;
pub mod signals;
pub mod stages;

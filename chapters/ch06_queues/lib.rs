//! Handing work from task to task.
//!
//! [`queue`] is a bounded queue whose receiver several tasks share; [`producers`], [`pipeline`] and
//! [`sensors`] put it, or that receiver, between their tasks. In [`stages`] and [`back_pressure`] each queue has one
//! receiver; [`post`] is about the end from the receiver's side. [`channels`] shows `oneshot`, `broadcast` and `watch`,
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

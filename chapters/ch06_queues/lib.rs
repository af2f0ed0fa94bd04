//! Handing work from task to task.

pub mod actor;
pub mod back_pressure;
pub mod channels;
pub mod coffee;
pub mod coffee_tasks;
pub mod coffee_threads;
pub mod pipeline;
pub mod producers;
pub mod queue;
pub mod sensors;
pub mod signals;
pub mod stages;

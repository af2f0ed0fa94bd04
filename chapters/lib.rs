//! Learn asynchronous concurrency in Rust by running it.
//!
//! One module per chapter, in reading order. A chapter's lesson is the `README.md` in its folder.

pub mod stage;

pub mod ch01_await;
pub mod ch02_tasks;
pub mod ch03_gather;
pub mod ch04_semaphores;
pub mod ch05_locks;
pub mod ch06_queues;
pub mod ch07_cancellation;
pub mod ch15_group_verification;

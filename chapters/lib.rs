//! Learn asynchronous concurrency in Rust by running it.
//!
//! One crate per chapter, in reading order. A chapter's lesson is the `README.md` in its folder.

#[doc(inline)]
pub use stage;

#[doc(inline)]
pub use ch01_await;
#[doc(inline)]
pub use ch02_tasks;
#[doc(inline)]
pub use ch03_gather;
#[doc(inline)]
pub use ch04_semaphores;
#[doc(inline)]
pub use ch05_locks;
#[doc(inline)]
pub use ch06_queues;
#[doc(inline)]
pub use ch07_cancellation;
#[doc(inline)]
pub use ch08_streams;
#[doc(inline)]
pub use ch09_resources;
#[doc(inline)]
pub use ch10_failure;
#[doc(inline)]
pub use ch11_images;
#[doc(inline)]
pub use ch11_parallelism;
#[doc(inline)]
pub use ch12_observing;
#[doc(inline)]
pub use ch14_executor;
#[doc(inline)]
pub use ch15_group_verification;

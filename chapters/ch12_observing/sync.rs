//! The locks and atomics of the bells and the hatch. A test puts those of `loom` or of `shuttle` in their place.

pub use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, Ordering},
};

//! What a file under test finds as `crate::sync`: the types of loom, the same with a diary, or those of shuttle.
//!
//! A model is a file of its own beside this one, listed in `Cargo.toml`. It begins with one of
//!
//! ```text
//! use async_workbook_loom::loom as sync;
//! use async_workbook_loom::diary as sync;
//! use async_workbook_loom::shuttle as sync;
//! ```
//!
//! and takes in the files that it is about with `#[path = "…"] mod …;`.

pub mod diary;

/// Every interleaving.
pub mod loom {
    pub use std::sync::PoisonError;

    pub use loom::sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, Ordering},
    };
}

/// Drawn interleavings.
pub mod shuttle {
    pub use std::sync::PoisonError;

    pub use shuttle::sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, Ordering},
    };
}

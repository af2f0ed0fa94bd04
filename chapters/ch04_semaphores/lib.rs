//! Keeping "many" from being too many.

pub mod calls;
pub mod closing;
pub mod downloads;
pub mod fixed_window;
pub mod forgotten;
pub mod permits;
pub mod pool;
pub mod rate;
pub mod token_bucket;
pub mod waves;
pub mod weights;

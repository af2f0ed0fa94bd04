//! Keeping "many" from being too many.

pub mod token_bucket;

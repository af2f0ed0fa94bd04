//! Keeping "many" from being too many.
//!
//! - A limit on what is under way: [`waves`] (a permit and its guard), [`calls`] (limits on both
//!   sides), [`downloads`] (time-outs and outcomes under a limit), [`pool`] (permits that stand for
//!   things); all make their semaphores in [`permits`].
//! - What permits can do: [`forgotten`] (lost for ever), [`weights`] (several at once, and whose
//!   turn it is), [`closing`] (no more of them).
//! - A limit on what is sent in a second: [`rate`] (beside a limit on what is under way) and
//!   [`any_second`], played with a [`fixed_window`], a [`token_bucket`] and a [`sliding_window`].

pub mod any_second;
pub mod calls;
pub mod closing;
pub mod downloads;
pub mod fixed_window;
pub mod forgotten;
pub mod permits;
pub mod pool;
pub mod rate;
pub mod sliding_window;
pub mod token_bucket;
pub mod waves;
pub mod weights;

//! Values that arrive over time.
//!
//! In the order of the lesson: [`album`] shows what a stream is beside a list and an iterator, and
//! [`countdown`] is one by hand; [`fibonacci`] writes the same stream in three ways. [`rain`] puts
//! adaptors in a chain, [`mill`] asks who works when in such a chain. [`census`] and [`bags`] take many
//! items at a time. [`ticks`], [`search`], [`silence`] and [`windows`] are about time. [`stations`]
//! makes one stream out of several. [`batches`] and [`tills`] are traps; [`prices`] makes streams of
//! channels, and [`endless`] is the last trap.

pub mod album;
pub mod bags;
pub mod batches;
pub mod census;
pub mod countdown;
pub mod endless;
pub mod fibonacci;
pub mod mill;
pub mod prices;
pub mod rain;
pub mod search;
pub mod silence;
pub mod stations;
pub mod ticks;
pub mod tills;
pub mod windows;

//! Tasks: futures that the runtime drives by itself.

pub mod borrowing;
pub mod breakfast;
pub mod event_loop;
pub mod life;
pub mod results;
pub mod weather;
pub mod workers;
pub mod yielding;

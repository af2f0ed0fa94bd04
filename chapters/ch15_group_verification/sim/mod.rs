//! The simulated world: everything the bot talks to, drawn from one seed.

mod check;
mod disk;
mod journal;
mod line;
mod platform;
mod run;
mod world;

pub use check::Checker;
pub use disk::Disk;
pub use journal::{Journal, JournalError, parse_call};
pub use line::{Line, one_scan};
pub use platform::{Counts, SimPlatform};
pub use run::{Run, serve};
pub use world::{EPOCH, Kind, Person, Settings, World};

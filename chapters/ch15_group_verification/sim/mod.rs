//! The simulated world: everything the bot talks to, drawn from one seed.

mod check;
mod disk;
mod entry;
mod journal;
mod platform;
mod run;
mod story;
mod world;

pub use check::Checker;
pub use disk::Disk;
pub use entry::{CallEnd, Entry, NotAnEntry, Record};
pub use journal::{Journal, JournalFailure};
pub use platform::{Counts, JournalError, SimPlatform};
pub use run::{BotRun, look_in, serve, serve_through_restarts};
pub use world::{EPOCH, Greeting, Kind, Person, Restart, Settings, Stay, World};

//! The simulated world: everything the bot talks to, drawn from one seed.

mod line;

pub use line::Line;

//! The same bot and the same world on a real protocol: `OneBot` v11, JSON in WebSocket frames.
//!
//! - Plain data: [`segments`] (a message and its CQ codes), [`frames`] (what is read from a frame, leniently,
//!   and what is written, strictly), [`texts`] (the words of the bot, which can be replaced).
//! - Waiting: [`Link`], the bot's end, a [`Platform`](crate::platform::Platform); [`Gateway`], the simulated
//!   world's end; [`socket`], what both need of a WebSocket.
//! - Trying other bots: [`script`], events and expectations from a file.
//!
//! Events have no receipt here: what is sent while nobody listens is lost. So the bot asks who is in each
//! group after every connect, as it does in the simulation.

mod actions;
pub mod frames;
mod gateway;
mod link;
pub mod script;
pub mod segments;
pub mod socket;
pub mod texts;

pub use gateway::{Gateway, GatewaySettings};
pub use link::{Link, LinkError};

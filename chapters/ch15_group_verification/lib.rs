//! A whole system: a bot that lets people into chat groups once they have proved to be human.
//!
//! - Plain data: [`model`], [`roster`], [`policy`].
//! - Decisions, without any waiting: [`decide`] (one event, one member), [`round`] (one scan of one
//!   group), [`group`] (what a group does next).
//! - Ports: [`platform`], and the manners in front of it; [`store`].
//! - The real protocol: `onebot`, a port and a world behind a WebSocket (feature `onebot`).
//! - Waiting: [`bot`], [`scan`] (all groups, four ways), [`clock`].
//! - Trying it: [`sim`] (a world, and a checker), [`compare`] (the engines, measured), [`report`].

pub mod bot;
pub mod clock;
pub mod compare;
pub mod decide;
pub mod group;
pub mod hash;
pub mod model;
#[cfg(feature = "onebot")]
pub mod onebot;
pub mod platform;
pub mod policy;
pub mod report;
pub mod roster;
pub mod round;
pub mod scan;
pub mod sim;
pub mod store;

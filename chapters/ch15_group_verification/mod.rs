//! A whole system: a bot that lets people into chat groups once they have proved to be human.

pub mod bot;
pub mod clock;
pub mod compare;
pub mod decide;
pub mod hash;
pub mod model;
pub mod platform;
pub mod policy;
pub mod report;
pub mod round;
pub mod scan;
pub mod sim;
pub mod store;

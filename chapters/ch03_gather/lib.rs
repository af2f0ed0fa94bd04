//! Waiting for many: for all of them, for the first, for each as it comes.

pub mod gallery;
pub mod group;
pub mod health;
pub mod mirrors;
pub mod parcels;
pub mod prints;
pub mod quotes;
pub mod replicas;
pub mod trip;

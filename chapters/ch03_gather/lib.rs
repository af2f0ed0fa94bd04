//! Waiting for many: for all of them, for the first, for each as it comes.
//!
//! - All: [`trip`], [`health`].
//! - Each as it comes: [`quotes`]; only the first: [`mirrors`].
//! - Tasks that stop together: [`replicas`]; errors kind by kind: [`parcels`]; both use [`group`].
//! - Not all at once: [`gallery`], [`prints`].

pub mod gallery;
pub mod group;
pub mod health;
pub mod mirrors;
pub mod parcels;
pub mod prints;
pub mod quotes;
pub mod replicas;
pub mod trip;

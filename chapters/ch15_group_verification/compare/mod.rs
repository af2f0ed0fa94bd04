//! One scan of the same groups by each engine, measured on the real clock.

mod line;
mod measure;
mod one_scan;
mod process;
pub mod report;
mod workload;

pub use line::Line;
pub use measure::{Cost, MeasureError, Measured};
pub use one_scan::one_scan;
pub use workload::{NOW, StoreKind, Workload};

/// A way to scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// [`sequential`](super::scan::sequential)
    Sequential,
    /// [`threads`](super::scan::threads)
    Threads,
    /// [`gather`](super::scan::gather)
    Gather,
    /// [`bounded`](super::scan::bounded)
    Bounded,
}

impl Engine {
    /// All four.
    pub const ALL: [Self; 4] = [Self::Sequential, Self::Threads, Self::Gather, Self::Bounded];

    /// As in flags and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sequential => "sequential",
            Self::Threads => "threads",
            Self::Gather => "gather",
            Self::Bounded => "bounded",
        }
    }

    /// The engine with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|engine| engine.name() == name)
    }
}

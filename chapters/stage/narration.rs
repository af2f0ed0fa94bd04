//! Prints what a story says, as it says it.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use crate::{
    label::LONGEST_LABEL,
    paint::{Paint, say},
};

/// Writes one line per event to standard output.
#[derive(Default)]
pub(crate) struct Narrator {
    paint: Paint,
    /// Width of the longest label so far, so that the words line up.
    widest: AtomicUsize,
}

impl Narrator {
    pub(crate) fn new(paint: Paint) -> Self {
        Self {
            paint,
            widest: AtomicUsize::new(10),
        }
    }

    pub(crate) fn tell(&self, at: Duration, label: Option<&str>, lane: Option<usize>, text: &str) {
        let label = label.unwrap_or_default();
        // One long label is no reason to push all later words out of sight.
        let length = label.chars().count().min(LONGEST_LABEL);
        let widest = self.widest.fetch_max(length, Ordering::Relaxed).max(length);
        let time = self.paint.dim(&format!("[{:>6.3}s]", at.as_secs_f64()));
        let label = self.paint.lane(lane, &format!("{label:<widest$}"));
        say(&format!("{time} {label}  {text}"));
    }
}

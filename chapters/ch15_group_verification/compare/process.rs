//! What the system tells about this process.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    },
    thread,
    time::Duration,
};

/// Looks every few milliseconds how many threads there are.
pub(super) struct ThreadWatch {
    over: Arc<AtomicBool>,
    peak: Arc<AtomicUsize>,
    watcher: thread::JoinHandle<()>,
}

impl ThreadWatch {
    pub(super) fn start() -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let peak = Arc::new(AtomicUsize::new(0));
        let watcher = thread::spawn({
            let (over, peak) = (Arc::clone(&over), Arc::clone(&peak));
            move || {
                while !over.load(Relaxed) {
                    // Itself it does not count.
                    let others = own_status("Threads:").unwrap_or(0).saturating_sub(1);
                    peak.fetch_max(others, Relaxed);
                    thread::sleep(Duration::from_millis(5));
                }
            }
        });
        Self {
            over,
            peak,
            watcher,
        }
    }

    /// The most threads at one moment; `None` where the system cannot tell.
    pub(super) fn stop(self) -> Option<usize> {
        self.over.store(true, Relaxed);
        self.watcher.join().expect("the watcher does not panic");
        let peak = self.peak.load(Relaxed);
        (peak > 0).then_some(peak)
    }
}

/// The most memory of this process until now; `None` where the system cannot tell.
pub(super) fn peak_rss_mib() -> Option<f64> {
    own_status("VmHWM:").map(|kib| kib as f64 / 1024.0)
}

/// A number from what Linux tells about this process.
fn own_status(name: &str) -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with(name))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

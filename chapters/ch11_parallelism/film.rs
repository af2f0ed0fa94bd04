//! A film of twelve scenes: each can be rendered by itself, but reading and cutting cannot be shared.

use std::{
    ops::Range,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use stage::{block_for, on_threads};
use tracing::{info, info_span};

use crate::bounds::speed_up;

const ONE_SECOND: Duration = Duration::from_secs(1);
const SCENES: Range<u32> = 1..13;

/// Reads for a second, renders on so many threads, cuts for a second.
pub fn on(threads: u32) {
    info_span!("read").in_scope(|| block_for(ONE_SECOND));
    let scenes = Mutex::new(SCENES);
    on_threads((1..=threads).map(|id| {
        let scenes = &scenes;
        move || info_span!("thread", id).in_scope(|| render_all(scenes))
    }));
    info_span!("cut").in_scope(|| block_for(ONE_SECOND));
}

fn render_all(scenes: &Mutex<Range<u32>>) {
    while let Some(scene) = next(scenes) {
        block_for(ONE_SECOND);
        info!("scene {scene}");
    }
}

/// In a function of its own, so that the lock is free again before the work begins.
fn next(scenes: &Mutex<Range<u32>>) -> Option<u32> {
    let mut scenes = scenes.lock().unwrap_or_else(PoisonError::into_inner);
    scenes.next()
}

/// The share of the film's fourteen seconds that cannot be divided.
pub const UNDIVIDED: f64 = 2.0 / 14.0;

/// What the law promises for the film: a line for each number of threads, one `█` for a quarter.
pub fn promise() {
    for threads in [1_u32, 2, 4, 12, 100, 1_000] {
        let times = speed_up(UNDIVIDED, threads.into());
        let quarters = (1..).take_while(|&it| f64::from(it) / 4.0 <= times);
        let bar = "█".repeat(quarters.count());
        info!("threads {threads:>4}: {times:.2} times as fast {bar}");
    }
}

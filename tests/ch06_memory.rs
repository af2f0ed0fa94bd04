//! What a queue costs in memory, asked of the allocator. Alone in its program, so that no other
//! test allocates meanwhile.

use async_workbook::{
    ch06_queues::back_pressure::{self, FRAME, ROOM},
    stage,
};
use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// The peak of what `story` held, in frames.
fn frames_at_peak<T>(story: impl Future<Output = T>) -> usize {
    ALLOCATOR.reset_peak_usage();
    let before = ALLOCATOR.current_usage();
    stage::virtual_time(story);
    (ALLOCATOR.peak_usage() - before) / FRAME
}

#[test]
fn back_pressure_decides_over_five_times_the_memory() {
    // Thirty frames in the queue or in hand, and perhaps the next being taken.
    let unbounded = frames_at_peak(back_pressure::unbounded_wrong());
    assert!((30..=32).contains(&unbounded), "{unbounded} frames");
    // One with the encoder, one with the camera that waits, and the queue.
    let bounded = frames_at_peak(back_pressure::bounded());
    assert_eq!(bounded, ROOM + 2);
    let shedding = frames_at_peak(back_pressure::shedding());
    assert_eq!(shedding, ROOM + 2);
}

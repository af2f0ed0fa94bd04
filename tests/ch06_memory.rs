//! What a queue costs in memory, asked of the allocator. Alone in its program, so that no other
//! test allocates meanwhile.

use async_workbook::{
    ch06_queues::back_pressure::{self, FRAME},
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
fn back_pressure_decides_over_thirty_times_the_memory() {
    // 301 frames in the queue or in hand, and the next being taken.
    let unbounded = frames_at_peak(back_pressure::unbounded_wrong());
    assert!((300..=304).contains(&unbounded), "{unbounded} frames");
    // Eight in the queue, one with the encoder, one with the camera that waits.
    let bounded = frames_at_peak(back_pressure::bounded());
    assert!((8..=11).contains(&bounded), "{bounded} frames");
    let shedding = frames_at_peak(back_pressure::shedding());
    assert!((8..=11).contains(&shedding), "{shedding} frames");
}

//! What a million records cost in memory, asked of the allocator. Alone in its program, so that no
//! other test allocates meanwhile.

use async_workbook::{
    ch08_streams::census::{self, CHUNK, RECORDS, Record},
    stage,
};
use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// The peak of what `story` held, in bytes.
fn bytes_at_peak<T>(story: impl Future<Output = T>) -> usize {
    ALLOCATOR.reset_peak_usage();
    let before = ALLOCATOR.current_usage();
    stage::virtual_time(story);
    ALLOCATOR.peak_usage() - before
}

#[test]
fn census_in_chunks_needs_room_for_two_chunks() {
    let census = size_of::<Record>() * RECORDS as usize;
    assert_eq!(census, 64_000_000);
    // A list that grows has its old and its new place for a moment, 32 and 64 MiB: this allocator never
    // enlarges a place where it is.
    let collected = bytes_at_peak(census::collected_wrong(RECORDS));
    assert!(
        (96 << 20..97 << 20).contains(&collected),
        "{collected} bytes for all at once"
    );
    // The chunk that is being saved, room for the next one, and the runtime.
    let chunk = size_of::<Record>() * CHUNK;
    let chunked = bytes_at_peak(census::chunked(RECORDS));
    assert!(
        (2 * chunk..3 * chunk).contains(&chunked),
        "{chunked} bytes in chunks of {chunk}"
    );

    assert!(collected > 600 * chunked);
    let tenth = bytes_at_peak(census::chunked(RECORDS / 10));
    assert!(
        tenth.abs_diff(chunked) < chunk / 10,
        "{tenth} bytes for a tenth"
    );
}

//! A million records, saved a thousand at a time: what must be in memory for that?

use std::time::Duration;

use futures::{Stream, StreamExt};
use tokio::time::sleep;
use tracing::info;

/// Records in the census.
pub const RECORDS: u32 = 1_000_000;
/// Records that are saved with one call.
pub const CHUNK: usize = 1_000;

/// One person: 64 bytes.
#[derive(Clone, Copy, Debug)]
pub struct Record {
    /// In years.
    pub age: u32,
    /// Whatever else is known.
    pub address: [u8; 60],
}

/// Reads so many records, one after the other, and gives way now and then, as a file would.
pub fn records(count: u32) -> impl Stream<Item = Record> {
    tokio_stream::iter((0..count).map(|number| Record {
        age: number % 100,
        address: [0; 60],
    }))
}

/// The sum of all ages; every record is in memory before the first is saved.
pub async fn collected_wrong(count: u32) -> u64 {
    let census: Vec<Record> = records(count).collect().await;
    let mut total = 0;
    for chunk in census.chunks(CHUNK) {
        total += save(chunk).await;
    }
    info!("{} records", census.len());
    total
}

/// The sum of all ages; two chunks are in memory, one that is saved and the next one's room.
pub async fn chunked(count: u32) -> u64 {
    records(count)
        .chunks(CHUNK)
        .fold(0, async |total, chunk| total + save(&chunk).await)
        .await
}

async fn save(chunk: &[Record]) -> u64 {
    sleep(Duration::from_millis(1)).await;
    chunk.iter().map(|record| u64::from(record.age)).sum()
}

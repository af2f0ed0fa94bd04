//! Many may read a book at the same time; whoever writes in it needs it alone.

use std::time::Duration;

use stage::Instrument;
use tokio::{
    join,
    sync::RwLock,
    time::{error::Elapsed, sleep, timeout},
};
use tracing::{info, info_span};

const PATIENCE: Duration = Duration::from_secs(10);
const SECOND: Duration = Duration::from_secs(1);

const fn after(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// Three read together. The writer comes next, and nobody overtakes it: not even a reader who
/// could read along.
pub async fn reading_room() {
    let book = RwLock::new(String::from("Once"));
    join!(
        biased;
        read(after(0), &book).instrument(info_span!("Ada reads")),
        read(after(0), &book).instrument(info_span!("Bo reads")),
        read(after(0), &book).instrument(info_span!("Cy reads")),
        write(after(500), &book).instrument(info_span!("Di writes")),
        read(after(600), &book).instrument(info_span!("Ed reads")),
    );
}

/// A reader asks for a second read lock while a writer waits: the writer waits for the reader,
/// and the reader for the writer.
///
/// # Errors
///
/// After 10 s: it would never end.
pub async fn reading_twice_wrong() -> Result<(), Elapsed> {
    let book = RwLock::new(String::from("Once"));
    let read_twice = async {
        let _open = book.read().await;
        info!("reading");
        sleep(SECOND).await;
        info!("looking something up");
        let _open_again = book.read().await;
    };
    timeout(PATIENCE, async {
        join!(
            biased;
            read_twice.instrument(info_span!("Ada reads")),
            write(after(500), &book).instrument(info_span!("Di writes")),
        );
    })
    .await
}

async fn read(arrives: Duration, book: &RwLock<String>) {
    sleep(arrives).await;
    let text = book.read().await;
    info!("reading {text:?}");
    sleep(SECOND).await;
}

async fn write(arrives: Duration, book: &RwLock<String>) {
    sleep(arrives).await;
    let mut text = book.write().await;
    info!("writing");
    sleep(SECOND).await;
    text.push_str(" upon a time");
}

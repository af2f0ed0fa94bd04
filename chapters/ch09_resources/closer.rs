//! Closing when the one who opened is dropped: a task that owns the closing, and a guard that hands
//! over to a cleaner.

use std::{ops::Deref, panic::resume_unwind};

use stage::Instrument;
use tokio::{
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    task::JoinHandle,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::{info, info_span};

use crate::{
    goodbye::{Ending, books, four_endings, write},
    scope::{Close, with_resource},
    session::{Book, Failed, Server, Session},
};

/// The whole scope is a task of the tracker. Whoever waits for the report may be dropped: the task is
/// told, drops the report, and closes.
///
/// Cancel safety: dropped before it is done, it leaves the closing to the tracker.
///
/// # Errors
///
/// Those of the server.
///
/// # Panics
///
/// If the report does, or the runtime shuts down.
pub async fn in_a_task(
    closings: &TaskTracker,
    server: Server,
    ending: Ending,
) -> Result<Option<u32>, Failed> {
    let stop = CancellationToken::new();
    let _told_if_dropped = stop.clone().drop_guard();
    let scope = async move {
        with_resource(server.open("mail"), async |session| {
            let pages = stop.run_until_cancelled(write(session, ending)).await;
            pages.transpose()
        })
        .await
    };
    match closings.spawn(scope.in_current_span()).await {
        Ok(pages) => pages,
        Err(error) => resume_unwind(error.into_panic()),
    }
}

/// A task that closes what guards hand over to it, one after the other: a goodbye that is never answered
/// holds up all behind it, and one that panics ends the task.
pub struct Cleaner<R> {
    /// `Drop` cannot wait for room. It holds as many as are open and not in use, however many that are.
    handed_over: UnboundedSender<R>,
    closing: JoinHandle<Vec<Failed>>,
}

impl<R: Close> Cleaner<R> {
    /// Starts the task. Call [`Cleaner::finish`] to have its errors.
    pub fn start() -> Self {
        let (handed_over, received) = unbounded_channel();
        let closing = close_all(received).instrument(info_span!("cleaner"));
        Self {
            handed_over,
            closing: tokio::spawn(closing),
        }
    }

    /// Guards a resource: when the guard is dropped, the resource is handed over.
    pub fn guard(&self, resource: R) -> Guard<R> {
        Guard {
            resource: Some(resource),
            cleaner: self.handed_over.clone(),
        }
    }

    /// Waits until all guards are dropped and what they had is closed. Returns what went wrong.
    ///
    /// # Panics
    ///
    /// If closing panicked.
    pub async fn finish(self) -> Vec<Failed> {
        drop(self.handed_over);
        match self.closing.await {
            Ok(errors) => errors,
            Err(error) => resume_unwind(error.into_panic()),
        }
    }
}

async fn close_all<R: Close>(mut received: UnboundedReceiver<R>) -> Vec<Failed> {
    let mut errors = Vec::new();
    while let Some(resource) = received.recv().await {
        errors.extend(resource.close().await.err());
    }
    errors
}

/// A resource that is closed by a cleaner, some time after the guard is dropped.
pub struct Guard<R> {
    /// `None` only while it is being dropped.
    resource: Option<R>,
    cleaner: UnboundedSender<R>,
}

impl<R> Deref for Guard<R> {
    type Target = R;

    fn deref(&self) -> &R {
        self.resource.as_ref().expect("not yet dropped")
    }
}

impl<R> Drop for Guard<R> {
    fn drop(&mut self) {
        if let Some(resource) = self.resource.take() {
            // Fails if the cleaner is gone; then the resource is dropped here.
            let _ = self.cleaner.send(resource);
        }
    }
}

/// The report with a guard: it ends as it likes, and the cleaner closes.
///
/// Cancel safety: dropped while it opens, it hangs up; later, the cleaner closes.
///
/// # Errors
///
/// Those of opening and of the report; not those of closing.
pub async fn guarded(
    cleaner: &Cleaner<Session>,
    server: Server,
    ending: Ending,
) -> Result<u32, Failed> {
    let session = cleaner.guard(server.open("mail").await?);
    write(&session, ending).await
}

/// All four endings, each in a task of its own, and the end of these tasks.
pub async fn tasks() -> [Book; 4] {
    let closings = TaskTracker::new();
    let servers =
        four_endings(async |server, ending| in_a_task(&closings, server, ending).await).await;
    closings.close();
    closings.wait().await;
    books(servers)
}

/// All four endings with a guard, and the end of the cleaner.
pub async fn guards() -> [Book; 4] {
    let cleaner = Cleaner::start();
    let servers =
        four_endings(async |server, ending| guarded(&cleaner, server, ending).await).await;
    let errors = cleaner.finish().await;
    info!("the cleaner met {} errors", errors.len());
    books(servers)
}

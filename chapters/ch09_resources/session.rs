//! A server that keeps a session for each caller until it hears a goodbye, and a book of them all.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures::FutureExt;
use stage::{Instrument, OnLane};
use thiserror::Error;
use tokio::{sync::oneshot, time::sleep};
use tracing::{Span, info, info_span};

/// How long the server takes for an answer: to a hello, a query or a goodbye.
pub const ANSWER: Duration = Duration::from_millis(100);

/// How many sessions there were, and how they ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Book {
    /// Sessions that were begun, also those whose hello was not answered yet.
    pub opened: u32,
    /// Sessions that ended with an answer: to a goodbye, or a refusal.
    pub closed: u32,
    /// Sessions that were dropped without one: the server waits for them.
    pub hung_up: u32,
}

impl Book {
    /// Sessions that have not ended in either way.
    #[must_use]
    pub fn open(&self) -> u32 {
        self.opened - self.closed - self.hung_up
    }
}

/// What the server has against a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Failed {
    /// It grants none.
    #[error("{0} refuses")]
    Open(&'static str),
    /// A query that it does not understand.
    #[error("bad query to {0}")]
    Query(&'static str),
    /// The goodbye was answered with an error.
    #[error("{0} did not close well")]
    Close(&'static str),
    /// The goodbye was not answered in time.
    #[error("{0} did not close in time")]
    TooLate(&'static str),
    /// Somebody still has the session, so it cannot be closed.
    #[error("{0} is still in use")]
    InUse(&'static str),
}

/// The server. A clone is another name for the same one.
#[derive(Clone, Debug, Default)]
pub struct Server {
    book: Arc<Mutex<Book>>,
    /// What fails, in the words of [`Failed`].
    faults: Arc<[Failed]>,
}

impl Server {
    /// A server on which these things go wrong.
    #[must_use]
    pub fn with(faults: &[Failed]) -> Self {
        Self {
            faults: faults.into(),
            ..Self::default()
        }
    }

    /// What the book says now.
    #[must_use]
    pub fn book(&self) -> Book {
        *entries(&self.book)
    }

    /// Says hello under a name, and waits for the answer.
    ///
    /// Cancel safety: dropped before it is done, it hangs up.
    ///
    /// # Errors
    ///
    /// [`Failed::Open`], if that is one of the server's faults; then nothing is left open.
    pub async fn open(&self, name: &'static str) -> Result<Session, Failed> {
        // From here on there is something to close, though nobody has it yet.
        let mut session = Session::begin(name, self);
        sleep(ANSWER).await;
        session.ends_with(Failed::Open(name))?;
        session.span.in_scope(|| info!("open"));
        Ok(session)
    }
}

/// What a caller and the server have agreed on. The server keeps it until it hears a goodbye.
pub struct Session {
    name: &'static str,
    server: Server,
    span: Span,
    /// What the timeline shows: the session waits for its goodbye.
    lane: OnLane<oneshot::Receiver<()>>,
    /// `None` when it has been said.
    goodbye: Option<oneshot::Sender<()>>,
}

impl Session {
    fn begin(name: &'static str, server: &Server) -> Self {
        entries(&server.book).opened += 1;
        let span = info_span!("session", name);
        let (goodbye, heard) = oneshot::channel();
        let mut lane = heard.instrument(span.clone());
        // A lane begins with the first poll.
        let _ = (&mut lane).now_or_never();
        Self {
            name,
            server: server.clone(),
            span,
            lane,
            goodbye: Some(goodbye),
        }
    }

    /// The name it was opened under.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Asks the server something.
    ///
    /// # Errors
    ///
    /// [`Failed::Query`], if that is one of the server's faults.
    pub async fn query(&self) -> Result<u32, Failed> {
        sleep(ANSWER).await;
        let fault = Failed::Query(self.name);
        if self.server.faults.contains(&fault) {
            return Err(fault);
        }
        Ok(42)
    }

    /// Says goodbye, and waits until the server has answered.
    ///
    /// Cancel safety: dropped before it is done, it hangs up.
    ///
    /// # Errors
    ///
    /// [`Failed::Close`], if that is one of the server's faults. The session has ended all the same.
    pub async fn close(mut self) -> Result<(), Failed> {
        sleep(ANSWER).await;
        if self.server.faults.contains(&Failed::TooLate(self.name)) {
            sleep(Duration::from_hours(1)).await;
        }
        self.ends_with(Failed::Close(self.name))?;
        self.end("closed");
        Ok(())
    }

    /// Ends it with this error if that is one of the server's faults.
    fn ends_with(&mut self, fault: Failed) -> Result<(), Failed> {
        if !self.server.faults.contains(&fault) {
            return Ok(());
        }
        self.end(&fault.to_string());
        Err(fault)
    }

    fn end(&mut self, how: &str) {
        entries(&self.server.book).closed += 1;
        self.span.in_scope(|| info!("{how}"));
        // Nobody but the lane listens.
        let _ = self.goodbye.take().map(|goodbye| goodbye.send(()));
        let _ = (&mut self.lane).now_or_never();
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if self.goodbye.is_some() {
            entries(&self.server.book).hung_up += 1;
            self.span.in_scope(|| info!("hung up"));
        }
    }
}

/// Held for a moment, never across an await.
fn entries(book: &Mutex<Book>) -> MutexGuard<'_, Book> {
    book.lock().unwrap_or_else(PoisonError::into_inner)
}

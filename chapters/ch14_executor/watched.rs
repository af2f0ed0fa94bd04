//! A source that the reactor watches: an attempt that would block becomes a wait.

use std::{
    future::poll_fn,
    io,
    sync::Arc,
    task::{Context, Poll},
};

use mio::{Token, event::Source};

use crate::reactor::{Reactor, Until};

/// A source, watched until this is dropped.
pub struct Watched<S: Source> {
    source: S,
    token: Token,
    reactor: Arc<Reactor>,
}

impl<S: Source> Watched<S> {
    /// Has a source watched.
    ///
    /// # Errors
    ///
    /// The system's, if it cannot be watched.
    pub fn new(reactor: &Arc<Reactor>, mut source: S) -> io::Result<Self> {
        let token = reactor.watch(&mut source)?;
        let reactor = Arc::clone(reactor);
        Ok(Self {
            source,
            token,
            reactor,
        })
    }

    /// Itself.
    pub fn source(&self) -> &S {
        &self.source
    }

    /// Who watches it.
    pub fn reactor(&self) -> &Arc<Reactor> {
        &self.reactor
    }

    /// Tries until it no longer says `WouldBlock`.
    ///
    /// # Errors
    ///
    /// Whatever else `attempt` says.
    ///
    /// # Cancel safety
    ///
    /// Dropped before it is ready, it has done nothing, as a try that would block does nothing.
    pub async fn when<T>(
        &mut self,
        until: Until,
        mut attempt: impl FnMut(&mut S) -> io::Result<T>,
    ) -> io::Result<T> {
        poll_fn(|context| self.poll_when(until, context, &mut attempt)).await
    }

    fn poll_when<T>(
        &mut self,
        until: Until,
        context: &Context<'_>,
        attempt: &mut impl FnMut(&mut S) -> io::Result<T>,
    ) -> Poll<io::Result<T>> {
        // First the waker, then the try. The other way round, what comes in between wakes nobody.
        self.reactor.wake_when(until, self.token, context.waker());
        loop {
            match attempt(&mut self.source) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Poll::Pending,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => return Poll::Ready(result),
            }
        }
    }
}

impl<S: Source> Drop for Watched<S> {
    fn drop(&mut self) {
        self.reactor.forget(&mut self.source, self.token);
    }
}

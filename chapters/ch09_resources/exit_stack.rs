//! Several resources: opened in order, closed in reverse, whatever fails, and all errors are told.

use std::{
    panic::{AssertUnwindSafe, resume_unwind},
    sync::Arc,
    time::Duration,
};

use futures::{FutureExt, future::BoxFuture};
use tokio::time::timeout;

use crate::{
    scope::Close,
    session::{Failed, Server},
};

/// What is open, in the order in which it was opened.
pub struct ExitStack {
    /// A future does nothing before it is polled: each of these waits for its turn to close.
    closings: Vec<BoxFuture<'static, Result<(), Failed>>>,
    limit: Duration,
}

impl ExitStack {
    /// An empty one, which gives each closing so much time.
    #[must_use]
    pub fn new(limit: Duration) -> Self {
        Self {
            closings: Vec::new(),
            limit,
        }
    }

    /// Opens a resource and notes that it has to be closed. What is returned must be dropped by then.
    ///
    /// Cancel safety: dropped before it is done, it drops what was being opened.
    ///
    /// # Errors
    ///
    /// Those of opening; then there is nothing to close.
    pub async fn enter<R: Close + Sync>(
        &mut self,
        open: impl Future<Output = Result<R, Failed>>,
    ) -> Result<Arc<R>, Failed> {
        let resource = Arc::new(open.await?);
        let closing = close_last(Arc::clone(&resource), self.limit);
        self.closings.push(closing.boxed());
        Ok(resource)
    }

    /// Closes all, the last one first, and returns what went wrong, in that order.
    ///
    /// Cancel safety: dropped before it is done, it drops what is left, the last one first.
    ///
    /// # Panics
    ///
    /// If a closing does, once the others are closed; errors are not told then.
    pub async fn close(mut self) -> Vec<Failed> {
        let (mut errors, mut panicked) = (Vec::new(), None);
        while let Some(closing) = self.closings.pop() {
            match AssertUnwindSafe(closing).catch_unwind().await {
                Ok(closed) => errors.extend(closed.err()),
                Err(panic) => panicked = panicked.or(Some(panic)),
            }
        }
        if let Some(panic) = panicked {
            resume_unwind(panic);
        }
        errors
    }
}

impl Drop for ExitStack {
    fn drop(&mut self) {
        // A `Vec` would drop its first item first.
        while self.closings.pop().is_some() {}
    }
}

async fn close_last<R: Close>(resource: Arc<R>, limit: Duration) -> Result<(), Failed> {
    let name = resource.name();
    let resource = Arc::into_inner(resource).ok_or(Failed::InUse(name))?;
    let closed = timeout(limit, resource.close()).await;
    closed.unwrap_or(Err(Failed::TooLate(name)))
}

/// Lends an exit stack to `body`, and closes what was entered, whether `body` ends with a value, an
/// error or a panic.
///
/// Cancel safety: dropped before it is done, it drops the resources that are not closed yet, the last one
/// first.
///
/// # Errors
///
/// That of the body, if there is one, and then those of closing.
///
/// # Panics
///
/// If `body` or a closing does, once everything else is closed; errors are not told then.
pub async fn exit_stack<T>(
    limit: Duration,
    body: impl AsyncFnOnce(&mut ExitStack) -> Result<T, Failed>,
) -> Result<T, Vec<Failed>> {
    let mut stack = ExitStack::new(limit);
    // In a block of its own, as in `with_resource`.
    let result = async { body(&mut stack).await };
    let result = AssertUnwindSafe(result).catch_unwind().await;
    let closed = stack.close().await;
    let result = result.unwrap_or_else(|panic| resume_unwind(panic));
    match result {
        Ok(value) if closed.is_empty() => Ok(value),
        result => Err(result.err().into_iter().chain(closed).collect()),
    }
}

/// Three sessions and one query, written down as one thinks of it.
///
/// # Errors
///
/// The first of the server's; what was open then is dropped.
pub async fn by_hand_wrong(server: Server) -> Result<u32, Failed> {
    let database = server.open("database").await?;
    let cache = server.open("cache").await?;
    let queue = server.open("queue").await?;
    let pages = database.query().await?;
    queue.close().await?;
    cache.close().await?;
    database.close().await?;
    Ok(pages)
}

/// The same on an exit stack.
///
/// # Errors
///
/// All of the server's.
pub async fn stacked(server: Server) -> Result<u32, Vec<Failed>> {
    exit_stack(LIMIT, async |stack| {
        let database = stack.enter(server.open("database")).await?;
        let _cache = stack.enter(server.open("cache")).await?;
        let _queue = stack.enter(server.open("queue")).await?;
        database.query().await
    })
    .await
}

const LIMIT: Duration = Duration::from_secs(1);

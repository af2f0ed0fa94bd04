//! A scope that opens, lends and closes: nearly what `async with` is in Python.

use std::panic::{AssertUnwindSafe, resume_unwind};

use futures::FutureExt;
use tracing::info;

use crate::{
    goodbye::{Ending, write},
    session::{Failed, Server, Session},
};

/// What has to wait in order to be closed.
pub trait Close: Send + Sized + 'static {
    /// A word for it.
    fn name(&self) -> &'static str;

    /// Closes it.
    ///
    /// # Errors
    ///
    /// If it could not be closed well. It is gone all the same.
    fn close(self) -> impl Future<Output = Result<(), Failed>> + Send;
}

impl Close for Session {
    fn name(&self) -> &'static str {
        self.name()
    }

    async fn close(self) -> Result<(), Failed> {
        self.close().await
    }
}

/// Opens a resource, lends it to `body` and closes it, whether `body` ends with a value, an error or a
/// panic.
///
/// Cancel safety: dropped before it is done, it drops the resource, which is then not closed.
///
/// # Errors
///
/// That of opening, or else of the body, or else of closing; if the last two fail, the second is only
/// narrated.
///
/// # Panics
///
/// If `body` does, once the resource is closed; and if closing does.
pub async fn with_resource<R: Close, T>(
    open: impl Future<Output = Result<R, Failed>>,
    body: impl AsyncFnOnce(&mut R) -> Result<T, Failed>,
) -> Result<T, Failed> {
    let mut resource = open.await?;
    // In a block of its own, so that a body that panics before it gives a future is caught, too.
    let result = async { body(&mut resource).await };
    let result = AssertUnwindSafe(result).catch_unwind().await;
    let closed = resource.close().await;
    let value = result.unwrap_or_else(|panic| resume_unwind(panic));
    match (value, closed) {
        (Err(error), Err(second)) => {
            info!("after '{error}' also '{second}'");
            Err(error)
        }
        (value, closed) => value.and_then(|value| closed.map(|()| value)),
    }
}

/// The report inside of a scope: neither an error nor a panic passes by the close.
///
/// # Errors
///
/// Those of the server.
pub async fn scoped(server: Server, ending: Ending) -> Result<u32, Failed> {
    with_resource(server.open("mail"), async |session| {
        write(session, ending).await
    })
    .await
}

//! Tasks that belong to somebody: who drops the set stops them.

use std::{future::poll_fn, pin::Pin, task::Poll};

use crate::{
    current::spawn,
    join_handle::{JoinError, JoinHandle},
};

/// The tasks of one owner. When it is dropped, they are aborted.
#[derive(Default)]
pub struct JoinSet<T>(Vec<JoinHandle<T>>);

impl<T: Send + 'static> JoinSet<T> {
    /// Without tasks.
    pub fn new() -> Self {
        Self(Vec::new())
    }

    /// Starts a task on the executor of this thread.
    ///
    /// # Panics
    ///
    /// If there is none.
    pub fn spawn(&mut self, future: impl Future<Output = T> + Send + 'static) {
        self.0.push(spawn(future));
    }

    /// The end of the next task that is over; `None` if there are no tasks.
    ///
    /// Cancel safe: no end is lost.
    pub async fn join_next(&mut self) -> Option<Result<T, JoinError>> {
        poll_fn(|context| {
            for (index, task) in self.0.iter_mut().enumerate() {
                if let Poll::Ready(result) = Pin::new(task).poll(context) {
                    self.0.remove(index);
                    return Poll::Ready(Some(result));
                }
            }
            if self.0.is_empty() {
                return Poll::Ready(None);
            }
            Poll::Pending
        })
        .await
    }

    /// The values of all tasks, in the order in which they came to be known.
    ///
    /// # Panics
    ///
    /// If a task has no value; the others are aborted.
    pub async fn join_all(mut self) -> Vec<T> {
        let mut values = Vec::with_capacity(self.0.len());
        while let Some(result) = self.join_next().await {
            values.push(result.expect("a task has a value"));
        }
        values
    }
}

impl<T> Drop for JoinSet<T> {
    fn drop(&mut self) {
        self.0.iter().for_each(JoinHandle::abort);
    }
}

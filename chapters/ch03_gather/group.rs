//! A scope for tasks: they begin in it, and when it returns all of them have ended.

use std::{collections::BTreeMap, fmt, panic::resume_unwind};

use futures::future::join_all;
use tokio::task::JoinSet;

/// The tasks of one [`scope`].
pub struct Group<T, E> {
    tasks: JoinSet<(usize, Result<T, E>)>,
}

impl<T: Send + 'static, E: Send + 'static> Group<T, E> {
    /// Starts a task that belongs to this group.
    ///
    /// # Panics
    ///
    /// Outside a Tokio runtime.
    pub fn spawn(&mut self, task: impl Future<Output = Result<T, E>> + Send + 'static) {
        let number = self.tasks.len();
        self.tasks.spawn(async move { (number, task.await) });
    }
}

/// Starts tasks and waits for all of them: their values, in the order in which they were
/// started, or every error.
///
/// The first error stops the tasks that still run. Whether it returns values or errors, no task of
/// the group is running any more when it does. The shape is that of Python's `asyncio.TaskGroup`.
///
/// ```
/// use ch03_gather::group;
/// use stage::virtual_time;
///
/// let squares = virtual_time(group::scope(|group| {
///     for number in 1..=3 {
///         group.spawn(async move { Ok::<u32, String>(number * number) });
///     }
/// }));
/// assert_eq!(squares, Ok(vec![1, 4, 9]));
/// ```
///
/// # Errors
///
/// The errors of all tasks that failed, in no particular order: usually one; several if others
/// failed before they could be stopped.
///
/// # Panics
///
/// If a task panics: with its panic, once the others have been stopped. Errors that others returned
/// are lost then, and so are further panics. Also if the tasks' runtime is shut down meanwhile: their
/// values are missing then.
///
/// # Cancel safety
///
/// Dropping this future, or a panic in `start`, aborts all tasks without waiting for their end: one
/// that another thread is polling goes on to its next await that has to wait, or to its end.
pub async fn scope<T, E>(start: impl FnOnce(&mut Group<T, E>)) -> Result<Vec<T>, GroupError<E>>
where
    T: Send + 'static,
    E: Send + 'static,
{
    let mut group = Group {
        tasks: JoinSet::new(),
    };
    start(&mut group);
    finish(group.tasks).await
}

async fn finish<T, E>(mut tasks: JoinSet<(usize, Result<T, E>)>) -> Result<Vec<T>, GroupError<E>>
where
    T: 'static,
    E: 'static,
{
    let started = tasks.len();
    let (mut values, mut errors, mut panic) = (BTreeMap::new(), Vec::new(), None);
    while let Some(ended) = tasks.join_next().await {
        match ended {
            Ok((number, Ok(value))) => {
                values.insert(number, value);
                continue;
            }
            Ok((_, Err(error))) => errors.push(error),
            Err(stopped) if stopped.is_cancelled() => continue,
            Err(panicked) => panic = panic.or(Some(panicked.into_panic())),
        }
        tasks.abort_all();
    }
    if let Some(panic) = panic {
        resume_unwind(panic);
    }
    GroupError::check(errors)?;
    assert!(values.len() == started, "the runtime was shut down");
    Ok(values.into_values().collect())
}

/// Waits for all, stops none, and returns values and errors apart, each in the order of `futures`.
///
/// # Cancel safety
///
/// Dropping this future drops all of them.
pub async fn settle<T, E>(
    futures: impl IntoIterator<Item = impl Future<Output = Result<T, E>>>,
) -> (Vec<T>, Vec<E>) {
    let (mut values, mut errors) = (Vec::new(), Vec::new());
    for ended in join_all(futures).await {
        match ended {
            Ok(value) => values.push(value),
            Err(error) => errors.push(error),
        }
    }
    (values, errors)
}

/// One error or more, reported together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupError<E> {
    errors: Vec<E>,
}

impl<E> GroupError<E> {
    /// Good if there are no errors, and otherwise all of them.
    ///
    /// # Errors
    ///
    /// If there is at least one.
    pub fn check(errors: Vec<E>) -> Result<(), Self> {
        if errors.is_empty() {
            Ok(())
        } else {
            Err(Self { errors })
        }
    }

    /// All of them, in order; at least one.
    #[must_use]
    pub fn into_errors(self) -> Vec<E> {
        self.errors
    }
}

impl<E: fmt::Display> fmt::Display for GroupError<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let errors: Vec<String> = self.errors.iter().map(E::to_string).collect();
        let noun = if errors.len() == 1 { "error" } else { "errors" };
        write!(formatter, "{} {noun}: {}", errors.len(), errors.join("; "))
    }
}

impl<E: std::error::Error> std::error::Error for GroupError<E> {}

//! A letter goes from house to house. How often is each house asked whether it has come?

use std::{
    future::poll_fn,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    task::Poll,
};

use crate::{
    current::spawn,
    executor_1, executor_2,
    join_handle::JoinError,
    oneshot::{self, Receiver, Sender},
    task::Boxed,
};

/// All houses in one task: it is woken, and asks everybody. Returns the number of questions.
pub fn one_task_wrong(houses: u32) -> u32 {
    let polls = Arc::default();
    let mut waiting = street(houses, &polls);
    executor_1::block_on(poll_fn(|context| {
        waiting.retain_mut(|house| house.as_mut().poll(context).is_pending());
        if waiting.is_empty() {
            return Poll::Ready(());
        }
        Poll::Pending
    }));
    polls.load(Relaxed)
}

/// A task for each house: who is woken is asked. Returns the number of questions.
///
/// # Errors
///
/// If a house panicked.
pub fn a_task_each(houses: u32) -> Result<u32, JoinError> {
    let polls = Arc::default();
    executor_2::Executor::default().block_on(async {
        let tasks: Vec<_> = street(houses, &polls).into_iter().map(spawn).collect();
        for task in tasks {
            task.await?;
        }
        Ok(polls.load(Relaxed))
    })
}

/// The last house is the first to have the letter, and each gives it to the one before.
fn street(houses: u32, polls: &Arc<AtomicU32>) -> Vec<Boxed> {
    let mut before: Option<Sender<()>> = None;
    let mut street = Vec::new();
    for _ in 0..houses {
        let (sender, letter) = oneshot::channel();
        street.push(counted(house(letter, before.replace(sender)), polls));
    }
    if let Some(last) = before {
        let _ = last.send(());
    }
    street
}

async fn house(letter: Receiver<()>, before: Option<Sender<()>>) {
    letter.await.expect("the letter comes");
    if let Some(before) = before {
        // Nobody lives there any more.
        let _ = before.send(());
    }
}

fn counted(future: impl Future<Output = ()> + Send + 'static, polls: &Arc<AtomicU32>) -> Boxed {
    let polls = Arc::clone(polls);
    let mut future: Pin<Box<_>> = Box::pin(future);
    Box::pin(poll_fn(move |context| {
        polls.fetch_add(1, Relaxed);
        future.as_mut().poll(context)
    }))
}

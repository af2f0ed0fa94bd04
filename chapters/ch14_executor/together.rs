//! Several futures in one task: both, the first, and one's turn given away.

use std::{
    future::poll_fn,
    pin::{Pin, pin},
    task::{Context, Poll},
};

/// Waits for both, at the same time.
///
/// Cancel safe if both are; who drops it drops both.
pub async fn join<A: Future, B: Future>(a: A, b: B) -> (A::Output, B::Output) {
    let (mut a, mut b) = (pin!(a), pin!(b));
    let (mut left, mut right) = (None, None);
    poll_fn(|context| {
        poll_once(&mut left, a.as_mut(), context);
        poll_once(&mut right, b.as_mut(), context);
        match (left.take(), right.take()) {
            (Some(left), Some(right)) => Poll::Ready((left, right)),
            so_far => {
                (left, right) = so_far;
                Poll::Pending
            }
        }
    })
    .await
}

/// What has ended must not be polled again.
fn poll_once<F: Future>(
    value: &mut Option<F::Output>,
    future: Pin<&mut F>,
    context: &mut Context<'_>,
) {
    if value.is_none()
        && let Poll::Ready(ready) = future.poll(context)
    {
        *value = Some(ready);
    }
}

/// The value of one of two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Either<A, B> {
    /// The first was ready, perhaps both.
    Left(A),
    /// The second was ready, and the first was not.
    Right(B),
}

/// Waits for one of both; the other is dropped.
///
/// Cancel safe if both are.
pub async fn select<A: Future, B: Future>(a: A, b: B) -> Either<A::Output, B::Output> {
    let (mut a, mut b) = (pin!(a), pin!(b));
    poll_fn(|context| {
        if let Poll::Ready(value) = a.as_mut().poll(context) {
            return Poll::Ready(Either::Left(value));
        }
        b.as_mut().poll(context).map(Either::Right)
    })
    .await
}

/// Lets the others have their turn: stands at the end of the queue again.
pub async fn yield_now() {
    let mut yielded = false;
    poll_fn(|context| {
        if yielded {
            return Poll::Ready(());
        }
        yielded = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

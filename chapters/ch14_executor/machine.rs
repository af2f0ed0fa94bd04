//! The state machine that `async fn` becomes: the compiler's, and one by hand that does the same.

use std::{
    pin::Pin,
    task::{Context, Poll, Waker, ready},
};

use tracing::info;

/// Grams of bread from so many grams of flour: the dough rests for two polls, and bakes for one.
pub async fn bread(flour: u32) -> u32 {
    Rest(2).await;
    let dough = flour + flour / 2;
    Rest(1).await;
    dough - dough / 10
}

/// Where [`bread`] may stand between two polls, and what it has to remember there.
#[derive(Debug)]
pub enum Bread {
    /// Not polled yet: the argument.
    Start {
        /// Grams of it.
        flour: u32,
    },
    /// At the first `.await`.
    Rests {
        /// Grams of it.
        flour: u32,
        /// What it waits for.
        rest: Rest,
    },
    /// At the second.
    Bakes {
        /// Grams of it.
        dough: u32,
        /// What it waits for.
        rest: Rest,
    },
    /// It has returned.
    Done,
}

impl Future for Bread {
    type Output = u32;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<u32> {
        loop {
            *self = match &mut *self {
                Self::Start { flour } => Self::Rests {
                    flour: *flour,
                    rest: Rest(2),
                },
                Self::Rests { flour, rest } => {
                    ready!(Pin::new(rest).poll(context));
                    Self::Bakes {
                        dough: *flour + *flour / 2,
                        rest: Rest(1),
                    }
                }
                Self::Bakes { dough, rest } => {
                    ready!(Pin::new(rest).poll(context));
                    let baked = *dough - *dough / 10;
                    *self = Self::Done;
                    return Poll::Ready(baked);
                }
                Self::Done => panic!("polled after it was ready"),
            };
        }
    }
}

/// Not ready for so many polls; wakes its task at each of them.
#[derive(Debug)]
pub struct Rest(
    /// Polls that are left.
    pub u32,
);

impl Future for Rest {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.0 == 0 {
            return Poll::Ready(());
        }
        self.0 -= 1;
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

/// Polls the machine by hand until it is ready, and tells where it stands after each poll.
pub fn step_by_step(mut bread: Bread) -> u32 {
    let mut context = Context::from_waker(Waker::noop());
    info!("{bread:?}");
    loop {
        let poll = Pin::new(&mut bread).poll(&mut context);
        info!("{poll:?}: {bread:?}");
        if let Poll::Ready(baked) = poll {
            return baked;
        }
    }
}

/// Bytes of both: the compiler's, and the one by hand.
#[must_use]
pub fn sizes() -> (usize, usize) {
    (size_of_val(&bread(0)), size_of::<Bread>())
}

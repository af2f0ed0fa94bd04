//! An actor: one task owns the seats, everybody else asks it.

use std::time::Duration;

use stage::Instrument;
use thiserror::Error;
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinHandle,
    time::sleep,
};
use tracing::{info, info_span};

/// The handle to a box office. Clones talk to the same one, and it closes with the last of them.
#[derive(Clone)]
pub struct BoxOffice {
    requests: mpsc::Sender<Request>,
}

/// What can be asked. Each request carries the way back for its answer.
enum Request {
    Left(oneshot::Sender<u32>),
    SetLeft(u32, oneshot::Sender<()>),
    Buy(u32, oneshot::Sender<Result<(), NotSold>>),
}

/// Why no tickets were sold.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum NotSold {
    /// There are not enough seats.
    #[error("only {left} seats left")]
    TooFew {
        /// How many there are.
        left: u32,
    },
    /// The task that owns the seats has ended.
    #[error("the box office is closed")]
    Closed,
}

impl BoxOffice {
    /// Opens a box office. The task ends when every handle is gone and every request answered,
    /// and returns the number of seats left.
    ///
    /// # Panics
    ///
    /// Outside a Tokio runtime.
    pub fn open(seats: u32) -> (Self, JoinHandle<u32>) {
        let (requests, inbox) = mpsc::channel(16);
        let task = tokio::spawn(own(seats, inbox).instrument(info_span!("box office")));
        (Self { requests }, task)
    }

    /// How many seats are left at this moment: the answer may be stale when it arrives.
    ///
    /// # Errors
    ///
    /// [`NotSold::Closed`].
    pub async fn left(&self) -> Result<u32, NotSold> {
        self.ask(Request::Left).await
    }

    /// Sets the number of seats left. An invitation to read, compute and write back.
    ///
    /// # Errors
    ///
    /// [`NotSold::Closed`].
    pub async fn set_left(&self, seats: u32) -> Result<(), NotSold> {
        self.ask(|reply| Request::SetLeft(seats, reply)).await
    }

    /// Buys seats if there are so many.
    ///
    /// Not cancel safe: a request that was sent is carried out, heard or not.
    ///
    /// # Errors
    ///
    /// [`NotSold`] says why not.
    pub async fn buy(&self, seats: u32) -> Result<(), NotSold> {
        self.ask(|reply| Request::Buy(seats, reply)).await?
    }

    async fn ask<T>(
        &self,
        request: impl FnOnce(oneshot::Sender<T>) -> Request,
    ) -> Result<T, NotSold> {
        let (reply, answer) = oneshot::channel();
        let sent = self.requests.send(request(reply)).await;
        sent.map_err(|_| NotSold::Closed)?;
        answer.await.map_err(|_| NotSold::Closed)
    }
}

/// The actor: the only one to touch `seats`, one request at a time. No lock is needed.
async fn own(mut seats: u32, mut inbox: mpsc::Receiver<Request>) -> u32 {
    // ANCHOR: inbox
    while let Some(request) = inbox.recv().await {
        sleep(Duration::from_millis(100)).await;
        // An answer that nobody waits for is no error.
        match request {
            Request::Left(reply) => {
                let _ = reply.send(seats);
            }
            Request::SetLeft(left, reply) => {
                seats = left;
                info!("{seats} left");
                let _ = reply.send(());
            }
            Request::Buy(wanted, reply) => {
                let sold = match seats.checked_sub(wanted) {
                    Some(left) => {
                        seats = left;
                        Ok(())
                    }
                    None => Err(NotSold::TooFew { left: seats }),
                };
                info!("{seats} left");
                let _ = reply.send(sold);
            }
        }
    }
    // ANCHOR_END: inbox
    seats
}

/// How many tickets three sellers sold, and how many seats the books say are left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Evening {
    /// Tickets sold.
    pub sold: u32,
    /// Seats left, as the box office has it.
    pub left: u32,
}

/// Three sellers, four tickets each, ten seats: the whole decision is one message.
///
/// # Errors
///
/// If the box office closed too early.
pub async fn three_sellers() -> Result<Evening, NotSold> {
    sell(async |office| office.buy(4).await).await
}

/// The actor is as safe as before, but the decision is spread over two messages, and others come
/// in between.
///
/// # Errors
///
/// If the box office closed too early.
pub async fn ask_then_set_wrong() -> Result<Evening, NotSold> {
    sell(async |office| {
        let left = office.left().await?;
        let rest = left.checked_sub(4).ok_or(NotSold::TooFew { left })?;
        office.set_left(rest).await
    })
    .await
}

async fn sell<B>(buy: B) -> Result<Evening, NotSold>
where
    B: AsyncFn(&BoxOffice) -> Result<(), NotSold>,
{
    let (office, task) = BoxOffice::open(10);
    let seller = |id: u32| {
        let (office, buy) = (&office, &buy);
        async move {
            let result = buy(office).await;
            match result {
                Ok(()) => info!("sold 4"),
                Err(error) => info!("{error}"),
            }
            result
        }
        .instrument(info_span!("seller", id))
    };
    let (first, second, third) = tokio::join!(seller(1), seller(2), seller(3));
    drop(office);
    let left = task.await.map_err(|_| NotSold::Closed)?;
    let sold = [first, second, third]
        .iter()
        .filter(|result| result.is_ok())
        .count();
    Ok(Evening {
        sold: 4 * u32::try_from(sold).expect("three at most"),
        left,
    })
}

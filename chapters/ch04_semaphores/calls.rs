//! Twenty calls to a server that serves five at a time and turns the others away.

use std::time::Duration;

use futures::future::join_all;
use stage::Instrument;
use tokio::{sync::Semaphore, time::sleep};
use tracing::{info, info_span};

use super::permits::{InvalidLimit, permits};

const CALLS: u32 = 20;
const SERVICE: Duration = Duration::from_millis(500);

/// Polite and slow: 10 s.
///
/// # Errors
///
/// If the server has no place at all.
pub async fn one_after_the_other(places: usize) -> Result<Tally, InvalidLimit> {
    let server = Server::open(places)?;
    let mut replies = Vec::new();
    for id in 1..=CALLS {
        replies.push(server.call(id).await);
    }
    Ok(tally(&replies))
}

/// Fast, and three quarters of it in vain: 0.5 s.
///
/// # Errors
///
/// If the server has no place at all.
pub async fn all_at_once_wrong(places: usize) -> Result<Tally, InvalidLimit> {
    let server = Server::open(places)?;
    let replies = join_all((1..=CALLS).map(|id| server.call(id))).await;
    Ok(tally(&replies))
}

/// As fast as the server allows: 2 s with five places and a limit of five.
///
/// # Errors
///
/// If the server has no place at all, or `at_once` is not a number of permits.
///
/// # Panics
///
/// Never: nobody closes the semaphore.
pub async fn limited(places: usize, at_once: usize) -> Result<Tally, InvalidLimit> {
    let server = Server::open(places)?;
    let permits = permits(at_once)?;
    let call = async |id| {
        let _permit = permits.acquire().await.expect("nobody closes it");
        server.call(id).await
    };
    let replies = join_all((1..=CALLS).map(call)).await;
    Ok(tally(&replies))
}

struct Server {
    places: Semaphore,
}

struct TooManyRequests;

impl Server {
    fn open(places: usize) -> Result<Self, InvalidLimit> {
        let places = permits(places)?;
        Ok(Self { places })
    }

    /// Whoever finds no free place is not kept waiting, but turned away.
    async fn call(&self, id: u32) -> Result<(), TooManyRequests> {
        async {
            let Ok(_place) = self.places.try_acquire() else {
                return Err(TooManyRequests);
            };
            sleep(SERVICE).await;
            Ok(())
        }
        .instrument(info_span!("call", id))
        .await
    }
}

/// What became of the calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tally {
    /// Calls that were answered.
    pub answered: usize,
    /// Calls that were turned away.
    pub refused: usize,
}

fn tally(replies: &[Result<(), TooManyRequests>]) -> Tally {
    let answered = replies.iter().filter(|reply| reply.is_ok()).count();
    let refused = replies.len() - answered;
    info!("{answered} answered, {refused} refused");
    Tally { answered, refused }
}

//! Wrong: who is aboard at the end is not counted.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use tracing::info;

/// A way of so many polls, that wakes whoever drives.
#[derive(Debug)]
struct Way(u32);

impl Future for Way {
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

/// At each stop as many get in as its number says, and at every third stop all get out and have their
/// tickets counted. The ways are longer and shorter.
async fn ride(stops: u32) -> u32 {
    let (mut aboard, mut tickets) = (0, 0);
    for stop in 1..=stops {
        Way(stop % 3).await;
        aboard += stop;
        if stop % 3 == 0 {
            tickets += aboard;
            aboard = 0;
        }
    }
    tickets + aboard
}

/// Where the bus may stand between two polls.
#[derive(Debug)]
enum Bus {
    Start {
        stops: u32,
    },
    OnTheWay {
        stops: u32,
        stop: u32,
        aboard: u32,
        tickets: u32,
        way: Way,
    },
    Done,
}

impl Future for Bus {
    type Output = u32;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<u32> {
        loop {
            let (stops, stop, aboard, tickets) = match &mut *self {
                Self::Start { stops } => (*stops, 1, 0, 0),
                Self::OnTheWay {
                    stops,
                    stop,
                    aboard,
                    tickets,
                    way,
                } => {
                    ready!(Pin::new(way).poll(context));
                    let aboard = *aboard + *stop;
                    if *stop % 3 == 0 {
                        (*stops, *stop + 1, 0, *tickets + aboard)
                    } else {
                        (*stops, *stop + 1, aboard, *tickets)
                    }
                }
                Self::Done => panic!("the bus has arrived"),
            };
            if stop > stops {
                *self = Self::Done;
                return Poll::Ready(tickets);
            }
            *self = Self::OnTheWay {
                stops,
                stop,
                aboard,
                tickets,
                way: Way(stop % 3),
            };
        }
    }
}

// From here on as in the solution:
// fn main() {

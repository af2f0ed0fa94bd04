//! Right: it takes the state out, and puts the next one in.

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
            match std::mem::replace(&mut *self, Self::Done) {
                Self::Start { stops: 0 } => return Poll::Ready(0),
                Self::Start { stops } => {
                    *self = Self::OnTheWay {
                        stops,
                        stop: 1,
                        aboard: 0,
                        tickets: 0,
                        way: Way(1),
                    };
                }
                Self::OnTheWay {
                    stops,
                    stop,
                    mut aboard,
                    mut tickets,
                    mut way,
                } => {
                    let there = Pin::new(&mut way).poll(context);
                    if there.is_pending() {
                        *self = Self::OnTheWay {
                            stops,
                            stop,
                            aboard,
                            tickets,
                            way,
                        };
                        return Poll::Pending;
                    }
                    aboard += stop;
                    if stop % 3 == 0 {
                        tickets += std::mem::take(&mut aboard);
                    }
                    if stop == stops {
                        return Poll::Ready(tickets + aboard);
                    }
                    *self = Self::OnTheWay {
                        stops,
                        stop: stop + 1,
                        aboard,
                        tickets,
                        way: Way((stop + 1) % 3),
                    };
                }
                Self::Done => panic!("the bus has arrived"),
            }
        }
    }
}

// From here on as in the solution:
// fn main() {

//! Right: answers are taken as they come, and sorted at the end.

use std::collections::BTreeMap;
use std::{cell::RefCell, time::Duration};

use futures::future::join_all;
use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Busy,
    Broken,
    Forged,
}

#[derive(Debug, PartialEq)]
struct Report {
    /// What all meters that could be read add up to.
    litres: u32,
    /// The meters that could not be read, in the order of their numbers.
    unread: Vec<usize>,
}

async fn read_all(works: &Waterworks) -> Result<Report, Vec<usize>> {
    use futures::{StreamExt, stream::FuturesUnordered};
    let ask = |meter| async move { (meter, works.read(meter).await) };
    let mut litres = 0;
    let (mut unread, mut forged) = (Vec::new(), Vec::new());
    let mut to_ask: Vec<_> = (0..works.meters.len()).collect();
    for again in [true, false] {
        let mut busy = Vec::new();
        let mut answers: FuturesUnordered<_> = to_ask.into_iter().map(ask).collect();
        while let Some((meter, answer)) = answers.next().await {
            match answer {
                Ok(read) => litres += read,
                Err(Kind::Busy) if again => busy.push(meter),
                Err(Kind::Forged) => forged.push(meter),
                Err(_) => unread.push(meter),
            }
        }
        if !forged.is_empty() {
            forged.sort_unstable();
            return Err(forged);
        }
        busy.sort_unstable();
        to_ask = busy;
    }
    unread.sort_unstable();
    Ok(Report { litres, unread })
}

// From here on as in the solution:
// /// After so many seconds: litres, or a failure.

//! Wrong: `try_join_all` ends with the first forged answer, and knows no other.

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
    let round = async |meters: Vec<usize>| {
        let ask = |meter| async move {
            match works.read(meter).await {
                Err(Kind::Forged) => Err(vec![meter]),
                answer => Ok((meter, answer)),
            }
        };
        futures::future::try_join_all(meters.into_iter().map(ask)).await
    };
    let (mut litres, mut unread, mut busy) = (0, Vec::new(), Vec::new());
    for (meter, answer) in round((0..works.meters.len()).collect()).await? {
        match answer {
            Ok(read) => litres += read,
            Err(Kind::Busy) => busy.push(meter),
            Err(_) => unread.push(meter),
        }
    }
    for (meter, answer) in round(busy).await? {
        match answer {
            Ok(read) => litres += read,
            Err(_) => unread.push(meter),
        }
    }
    unread.sort_unstable();
    Ok(Report { litres, unread })
}

// From here on as in the solution:
// /// After so many seconds: litres, or a failure.

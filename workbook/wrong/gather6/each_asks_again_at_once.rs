//! Wrong: each meter is asked again as soon as it was busy, not when all have answered.

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
    let ask = |meter| async move {
        match works.read(meter).await {
            Err(Kind::Busy) => works.read(meter).await,
            answer => answer,
        }
    };
    let (mut litres, mut unread, mut forged) = (0, Vec::new(), Vec::new());
    let answers = join_all((0..works.meters.len()).map(ask)).await;
    for (meter, answer) in answers.into_iter().enumerate() {
        match answer {
            Ok(read) => litres += read,
            Err(Kind::Forged) => forged.push(meter),
            Err(_) => unread.push(meter),
        }
    }
    if forged.is_empty() {
        Ok(Report { litres, unread })
    } else {
        Err(forged)
    }
}

// From here on as in the solution:
// /// After so many seconds: litres, or a failure.

//! Wrong: busy meters are asked until they answer.

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
    let mut litres = 0;
    let (mut busy, mut unread, mut forged) = (Vec::new(), Vec::new(), Vec::new());
    let all = 0..works.meters.len();
    let answers = join_all(all.clone().map(|meter| works.read(meter))).await;
    for (meter, answer) in all.zip(answers) {
        match answer {
            Ok(read) => litres += read,
            Err(Kind::Busy) => busy.push(meter),
            Err(Kind::Broken) => unread.push(meter),
            Err(Kind::Forged) => forged.push(meter),
        }
    }
    if !forged.is_empty() {
        return Err(forged);
    }
    while !busy.is_empty() {
        let answers = join_all(busy.iter().map(|&meter| works.read(meter))).await;
        let asked = std::mem::take(&mut busy);
        for (meter, answer) in asked.into_iter().zip(answers) {
            match answer {
                Ok(read) => litres += read,
                Err(Kind::Busy) => busy.push(meter),
                Err(Kind::Broken) => unread.push(meter),
                Err(Kind::Forged) => forged.push(meter),
            }
        }
    }
    if !forged.is_empty() {
        return Err(forged);
    }
    unread.sort_unstable();
    Ok(Report { litres, unread })
}

// From here on as in the solution:
// /// After so many seconds: litres, or a failure.

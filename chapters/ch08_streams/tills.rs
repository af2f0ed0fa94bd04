//! Two tills, one clerk: what happens at the till where nobody comes any more?

use std::pin::pin;

use futures::{Stream, StreamExt, stream};
use stage::{Instrument, ms};
use tokio::time::sleep;
use tracing::{info, info_span};

/// Polls a stream that has ended.
///
/// # Panics
///
/// Always: that is what `unfold` does when it is asked after its end.
pub async fn asked_again_wrong() -> Vec<&'static str> {
    let (left, right) = (till(&["Ann"]), till(&["Ben", "Cem", "Dora"]));
    clerk(left, right).instrument(info_span!("clerk")).await
}

/// A fused stream answers `None` as often as it is asked.
pub async fn fused() -> Vec<&'static str> {
    let (left, right) = (till(&["Ann"]), till(&["Ben", "Cem", "Dora"]));
    clerk(left.fuse(), right.fuse())
        .instrument(info_span!("clerk"))
        .await
}

async fn clerk(
    left: impl Stream<Item = &'static str>,
    right: impl Stream<Item = &'static str>,
) -> Vec<&'static str> {
    let (mut left, mut right) = (pin!(left), pin!(right));
    let mut served = Vec::new();
    loop {
        // Both are cancel safe: who is on the way to a till stays in its stream.
        let customer = tokio::select! {
            biased;
            Some(customer) = left.next() => customer,
            Some(customer) = right.next() => customer,
            else => return served,
        };
        info!("{customer}");
        served.push(customer);
    }
}

fn till(customers: &'static [&'static str]) -> impl Stream<Item = &'static str> {
    stream::unfold(customers, async |customers| {
        let (first, rest) = customers.split_first()?;
        sleep(ms(1000)).await;
        Some((*first, rest))
    })
}

//! Six visitors of a shop's page. The page is slow: is it the warehouse?

use std::time::Duration;

use futures::future::join_all;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use stage::{Instrument, block_for};
use tokio::{
    sync::OnceCell,
    time::{Instant, sleep},
};
use tokio_metrics::TaskMonitor;
use tracing::{info, info_span};

/// How long a page takes to be put together.
pub const RENDERING: Duration = Duration::from_millis(50);

/// Six visitors come at once, and each page tells how long it waited for the warehouse, by the clock.
pub async fn by_the_clock_wrong() {
    let pages = answers().map(|answer| {
        async move {
            let begun = Instant::now();
            stock(answer).await;
            info!("the warehouse took {} ms", begun.elapsed().as_millis());
            render();
        }
        .instrument(info_span!("page"))
    });
    join_all(pages.map(tokio::spawn)).await;
}

/// The same with a span for each function, each block, and the whole.
pub async fn with_spans() {
    let pages = answers().map(|answer| page(answer).instrument(info_span!("page")));
    join_all(pages.map(tokio::spawn))
        .instrument(info_span!("all"))
        .await;
}

async fn page(answer: Duration) {
    stock(answer).instrument(info_span!("stock")).await;
    info_span!("render").in_scope(render);
}

/// The page is the same for all six, so it is put together once.
pub async fn rendered_once() {
    let rendered = OnceCell::new();
    let pages = answers().map(|answer| {
        let rendered = &rendered;
        async move {
            stock(answer).instrument(info_span!("stock")).await;
            let render = async || info_span!("render").in_scope(render);
            rendered.get_or_init(render).await;
        }
        .instrument(info_span!("page"))
    });
    join_all(pages).instrument(info_span!("all")).await;
}

/// The first version again, each page under the eyes of a monitor.
pub async fn monitored(pages: &TaskMonitor) {
    let page = |answer| pages.instrument(page(answer));
    join_all(answers().map(page).map(tokio::spawn)).await;
}

/// Asks the warehouse, which answers after `answer`.
async fn stock(answer: Duration) {
    sleep(answer).await;
}

/// Computes, and keeps the thread meanwhile.
fn render() {
    block_for(RENDERING);
}

/// How long the warehouse takes for each of the six.
pub fn answers() -> impl Iterator<Item = Duration> {
    let mut rng = StdRng::seed_from_u64(12);
    (0..6).map(move |_| Duration::from_millis(rng.random_range(40..60)))
}

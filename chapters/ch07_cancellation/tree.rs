//! A tree of tokens: to cancel a branch is to cancel all that hangs on it, and nothing else.

use std::time::Duration;

use stage::Instrument;
use tokio::time::sleep;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::{info, info_span};

/// A service with two parts, each with two tasks. After one second mail is stopped; after two,
/// everything.
pub async fn branches() {
    let service = CancellationToken::new();
    run(&service, &service.child_token(), &service.child_token()).await;
}

/// Clones are not children: they are the same token. To stop mail is to stop everything.
pub async fn clones_wrong() {
    let service = CancellationToken::new();
    run(&service, &service.clone(), &service.clone()).await;
}

async fn run(service: &CancellationToken, mail: &CancellationToken, web: &CancellationToken) {
    let tasks = TaskTracker::new();
    for (part, name) in [
        (mail, "mail in"),
        (mail, "mail out"),
        (web, "web pages"),
        (web, "web images"),
    ] {
        let part = part.clone();
        tasks.spawn(
            async move {
                part.cancelled().await;
                info!("stops");
            }
            .instrument(info_span!("task", name)),
        );
    }
    tasks.close();
    sleep(Duration::from_secs(1)).await;
    info!("stop mail");
    mail.cancel();
    sleep(Duration::from_secs(1)).await;
    info!("stop all");
    service.cancel();
    tasks.wait().await;
}

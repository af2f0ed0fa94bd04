//! Three sessions: opened in order, closed in reverse, whatever fails.

use ch09_resources::{
    exit_stack::{by_hand_wrong, stacked},
    session::{Failed, Server},
};
use tracing::info;

fn main() {
    let no_queue = Server::with(&[Failed::Open("queue")]);
    let three_faults = Server::with(&[
        Failed::Query("database"),
        Failed::TooLate("queue"),
        Failed::Close("cache"),
    ]);
    stage::acts(|stage| {
        stage.play("Wrong: by hand, and the queue refuses", async {
            info!("{:?}", by_hand_wrong(no_queue.clone()).await);
        });
        stage.play("On a stack, and the queue refuses", async {
            info!("{:?}", stacked(no_queue).await);
        });
        stage.play("On a stack, and nearly everything fails", async {
            info!("{:?}", stacked(three_faults).await);
        });
    });
}

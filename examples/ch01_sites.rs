//! A hundred waits of one second: 100 s in turn, 1 s on threads, 1 s joined.

use ch01_await::sites;
use tracing::info;

const SITES: u32 = 100;

fn main() {
    stage::acts(|stage| {
        stage.play_blocking("In turn", || sites::in_turn(SITES));
        stage.play_blocking("On a hundred threads", || sites::on_a_thread_each(SITES));
        stage.play("Joined on one thread", async {
            sites::joined(SITES).await;
            info!(bytes = sites::size_of_a_visit(), "a waiting visit takes");
        });
    });
}

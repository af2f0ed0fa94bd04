//! Four sacks through three steps.

use ch08_streams::mill;

fn main() {
    stage::acts(|stage| {
        stage.play("One chain", mill::chain());
        stage.play("A queue between the steps", mill::with_queues());
    });
}

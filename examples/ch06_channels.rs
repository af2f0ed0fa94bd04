//! Three channels that are no queues.

use ch06_queues::channels;

fn main() {
    stage::acts(|stage| {
        let _ = stage.play("oneshot: one answer", channels::one_answer());
        stage.play(
            "broadcast: every announcement",
            channels::every_announcement(),
        );
        stage.play("watch: the latest value", channels::latest_value());
    });
}

//! How long is a lock held? Across a fetch, or around it.

use ch05_locks::critical;

fn main() {
    stage::acts(|stage| {
        stage.play(
            "Locked while fetching (wrong)",
            critical::across_the_fetch_wrong(),
        );
        stage.play("Locked before and after", critical::around_the_fetch());
    });
}

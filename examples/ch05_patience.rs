//! An account that is not free in time.

use ch05_locks::patience;

fn main() {
    stage::acts(|stage| {
        stage.play(
            "A busy account, in two steps (wrong)",
            patience::busy_account_wrong(),
        );
        stage.play("A busy account", patience::busy_account());
    });
}

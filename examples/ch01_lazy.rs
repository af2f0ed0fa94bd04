//! What happens between calling an `async fn` and awaiting it: nothing.

use ch01_await::lazy;

fn main() {
    stage::acts(|stage| {
        stage.play("Called, never awaited", lazy::forgotten_wrong());
        stage.play("Called, then awaited", lazy::awaited());
        stage.play("What can be awaited", lazy::what_can_be_awaited());
    });
}

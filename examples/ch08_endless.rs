//! A stream that is always ready, beside somebody who wants a turn.

use ch08_streams::endless;

fn main() {
    stage::acts(|stage| {
        stage.play("Wrong: never gives way", endless::greedy_wrong());
        stage.play("Takes from the budget", endless::polite());
    });
}

//! Somebody types into a search box.

use ch08_streams::search;

fn main() {
    stage::acts(|stage| {
        stage.play("Wrong: every keystroke", search::each_wrong());
        stage.play("throttle", search::throttled());
        stage.play("debounce", search::debounced());
    });
}

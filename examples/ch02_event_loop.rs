//! Whose turn is it? The queue and the timers.

use ch02_tasks::event_loop;

fn main() {
    stage::acts(|stage| {
        stage.play("Turn by turn", event_loop::turns());
        stage.play("Now, soon, later, at three", event_loop::agenda());
    });
}

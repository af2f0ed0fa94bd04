//! Whose turn is it? The queue, the timers, and a task that lets nobody else have one.

use ch02_tasks::event_loop;

fn main() {
    stage::acts(|stage| {
        stage.play("Turn by turn", event_loop::turns());
        stage.play("Now, soon, later, at three", event_loop::agenda());
    });
}

//! Blocking and waiting, concurrent and parallel: each as a timeline.

use ch01_await::restaurant;

fn main() {
    stage::acts(|stage| {
        stage.play_blocking("One waiter, synchronous", restaurant::synchronous);
        stage.play("One waiter, concurrent", restaurant::concurrent());
        stage.play("One waiter, blocking", restaurant::blocking_wrong());
        stage.play_blocking("One cook", restaurant::one_cook);
        stage.play_blocking("Two cooks, parallel", restaurant::parallel);
    });
}

//! Four errands of a second each, waited for and computed: in turn, as tasks, on two threads.

use ch11_parallelism::{
    bounds::Work::{Computing, Waiting},
    errands::{as_tasks, in_turn, on_two_threads},
};

fn main() {
    stage::acts(|stage| {
        stage.play_blocking("In turn", in_turn);
        stage.play("Four tasks that wait", as_tasks(Waiting));
        stage.play("Four tasks that compute", as_tasks(Computing));
        stage.play_blocking("Two threads", on_two_threads);
    });
}

//! A film of twelve scenes on one, two, four and twelve threads.

use ch11_parallelism::film;

fn main() {
    stage::acts(|stage| {
        stage.play_blocking("One thread", || film::on(1));
        stage.play_blocking("Two threads", || film::on(2));
        stage.play_blocking("Four threads", || film::on(4));
        stage.play_blocking("Twelve threads", || film::on(12));
        stage.play_blocking("What the law promises", film::promise);
    });
}

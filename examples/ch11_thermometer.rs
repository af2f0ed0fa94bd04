//! A report that blocks, with a time-out around it, and a thermometer beside it.

use ch11_parallelism::thermometer::beside_a_report;

fn main() {
    stage::acts(|stage| {
        stage.play("A report that never gives way", beside_a_report(6));
        stage.play(
            "One that gives way after each half second",
            beside_a_report(1),
        );
        stage.play_on_workers("The first, on two workers", 2, beside_a_report(6));
    });
}

//! Four stages, six sources, two of them rejected.

use ch06_queues::stages;

fn main() {
    stage::acts(|stage| {
        stage.play(
            "Wrong: the first rejection ends the stage",
            stages::first_failure_wrong(1..=6),
        );
        stage.play("An assembly line", stages::assembly_line(1..=6));
        stage.play("Each source on its own", stages::each_alone(1..=6));
    });
}

//! The end of the input: as a closed queue, and as an item.

use async_workbook::{ch06_queues::pipeline, stage};

fn main() {
    stage::acts(|stage| {
        stage.play("One source, closing", pipeline::closing(vec![1..=10]));
        let two = vec![1..=4, 11..=20];
        stage.play(
            "Wrong: two sources, a sentinel",
            pipeline::sentinel_wrong(two.clone()),
        );
        stage.play("Two sources, closing", pipeline::closing(two));
    });
}

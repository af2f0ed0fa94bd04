//! The end of the input: as a closed queue, and as an item.

use ch06_queues::pipeline;

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

//! The pipeline of chapter 6, on Tokio and on our own executor, wake-ups included.

use ch14_executor::on_stage::ours;

fn main() {
    stage::acts(|stage| {
        stage.show_wakes();
        let theirs = stage.play("On Tokio", ch06_queues::pipeline::closing(vec![1..=4]));
        let story = ch14_executor::pipeline::closing(vec![1..=4]);
        let ours = stage.play_on("On ours", ours, story);
        assert_eq!(theirs, ours);
    });
}

//! The breakfast of chapter 2, on Tokio and on our own executor, wake-ups included.

use ch14_executor::on_stage::ours;

fn main() {
    stage::acts(|stage| {
        stage.show_wakes();
        let theirs = stage.play("On Tokio", ch02_tasks::breakfast::spawned());
        let ours = stage.play_on("On ours", ours, ch14_executor::breakfast::spawned());
        assert_eq!(theirs.ok(), ours.ok());
    });
}

//! Two clerks add to one number: some of it is lost, or nothing.

use ch05_locks::lost_update;

fn main() {
    stage::acts(|stage| {
        stage.play(
            "Read, wait, write: once each (wrong)",
            lost_update::once_each_wrong(),
        );
        stage.play(
            "Read, wait, write (wrong)",
            lost_update::two_clerks_wrong(1000),
        );
        stage.play("Under one lock", lost_update::two_clerks(1000));
        stage.play(
            "No wait in between",
            lost_update::two_clerks_without_waiting(1000),
        );
        stage.play_on_workers(
            "Two locks, no wait, two threads (wrong)",
            2,
            lost_update::two_tasks_wrong(1_000_000),
        );
    });
}

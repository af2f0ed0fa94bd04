//! The coffee fails. What becomes of the toast?

use ch02_tasks::no_beans;

fn main() {
    stage::acts(|stage| {
        let wrong = no_beans::morning(no_beans::detached_wrong());
        let _no_beans = stage.play("Handle dropped: the toaster stays on", wrong);
        let owned = no_beans::morning(no_beans::owned());
        let _no_beans = stage.play("Set dropped: the toaster is switched off", owned);
    });
}

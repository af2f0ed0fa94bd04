//! The coffee fails. What becomes of the toast?

use ch02_tasks::breakfast;

fn main() {
    stage::acts(|stage| {
        let wrong = breakfast::morning(breakfast::without_beans_wrong());
        let _no_beans = stage.play("Handle dropped: the toaster stays on", wrong);
        let owned = breakfast::morning(breakfast::without_beans());
        let _no_beans = stage.play("Set dropped: the toaster is switched off", owned);
    });
}

//! Two seconds are enough: ways to say so, and two that do not say it.

use ch07_cancellation::timeouts;

fn main() {
    stage::acts(|stage| {
        let _ = stage.play("Give up after two seconds", timeouts::give_up());
        let _ = stage.play(
            "Wrong: two seconds for each step",
            timeouts::each_step_wrong(),
        );
        let _ = stage.play("Two seconds for all of it", timeouts::deadline());
        let _ = stage.play("Wrong: it never awaits", timeouts::too_busy_wrong());
        let _ = stage.play("It gives way after each page", timeouts::gives_way());
        let _ = stage.play("Stop waiting, let it run", timeouts::let_it_run());
    });
}

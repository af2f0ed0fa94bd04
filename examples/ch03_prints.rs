//! A buffer that nobody looks after.

use ch03_gather::prints::{as_tasks, frozen_wrong};

fn main() {
    stage::acts(|stage| {
        stage.play(
            "buffered(2): frozen while a picture is printed",
            frozen_wrong(),
        );
        stage.play("buffered(2) over tasks", as_tasks());
    });
}

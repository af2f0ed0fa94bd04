//! Somebody else closes: a task, or a cleaner.

use ch09_resources::closer;

fn main() {
    stage::acts(|stage| {
        stage.play("A task owns the closing", closer::tasks());
        stage.play("A guard hands over to a cleaner", closer::guards());
    });
}

//! Three sellers and one box office.

use ch06_queues::actor::{self, NotSold};

fn main() -> Result<(), NotSold> {
    stage::acts(|stage| {
        stage.play(
            "Wrong: one decision, two messages",
            actor::ask_then_set_wrong(),
        )?;
        stage.play("One decision, one message", actor::three_sellers())?;
        Ok(())
    })
}

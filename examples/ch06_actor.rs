//! Three sellers and one box office.

use async_workbook::{
    ch06_queues::actor::{self, NotSold},
    stage,
};

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

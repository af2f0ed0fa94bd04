//! A transfer is dropped after 0, 1, … polls: what is left behind?

use ch07_cancellation::transfer::{dropped_after, transfer, transfer_wrong};

fn main() {
    stage::acts(|stage| {
        stage.play("Wrong: an await in between", async {
            for polls in 0..=4 {
                dropped_after(polls, transfer_wrong).await;
            }
        });
        stage.play("No await in between", async {
            for polls in 0..=4 {
                dropped_after(polls, transfer).await;
            }
        });
    });
}

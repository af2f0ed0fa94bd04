//! Three ways to be dropped, and what is left behind after each poll.

use async_workbook::{
    ch07_cancellation::dropping::{self, dropped_after},
    stage,
};

fn main() {
    stage::acts(|stage| {
        stage.play("Three ways to be dropped", dropping::three_ways());
        stage.play("Wrong: an await in between", async {
            for polls in 0..=4 {
                dropped_after(polls, dropping::transfer_wrong).await;
            }
        });
        stage.play("No await in between", async {
            for polls in 0..=4 {
                dropped_after(polls, dropping::transfer).await;
            }
        });
    });
}

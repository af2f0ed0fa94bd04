//! Who goes first on one thread, and who on a worker? The second half needs the real clock.

use std::time::Duration;

use ch02_tasks::lifo;
use tokio::task::JoinError;

fn main() -> Result<(), JoinError> {
    stage::acts(|stage| {
        stage.play("Three tasks on the one thread", lifo::order())?;
        let turns = stage.play("A yield on the one thread", lifo::turns_during_a_yield())?;
        println!("{turns} of 100 tasks had a turn");

        let order = stage.play_on_workers("Three tasks on a worker", 1, lifo::order());
        order.transpose()?;
        let turns = stage.play_on_workers("A yield on a worker", 1, lifo::turns_during_a_yield());
        if let Some(turns) = turns.transpose()? {
            println!("{turns} of 100 tasks had a turn");
        }
        let helped = lifo::helped_wrong(Duration::from_millis(100));
        let helped = stage.play_on_workers("A helper, and a boss who blocks", 2, helped);
        if let Some(in_time) = helped.transpose()? {
            println!("the helper began in time: {in_time}");
        }
        Ok(())
    })
}

//! Two tasks that can only meet if two threads run at the same moment. Needs the real clock.

use std::sync::{Arc, Barrier};

use ch02_tasks::two_workers;
use tokio::task::JoinError;

fn main() -> Result<(), JoinError> {
    stage::acts(|stage| {
        let story = two_workers::meet(Arc::new(Barrier::new(2)));
        let met = stage.play_on_workers("Two tasks on two workers", 2, story);
        if let Some([first, second]) = met.transpose()? {
            println!("they met: one on {first:?}, the other on {second:?}");
        }
        Ok(())
    })
}

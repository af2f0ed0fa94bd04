//! The same bread by two state machines: the compiler's, and one by hand.

use ch14_executor::machine::{Bread, bread, sizes, step_by_step};
use tracing::info;

fn main() {
    stage::acts(|stage| {
        let (compiled, by_hand) = sizes();
        stage.play(&format!("The compiler's: {compiled} bytes"), async {
            info!("{} g of bread", bread(400).await);
        });
        stage.play(&format!("By hand: {by_hand} bytes"), async {
            info!("{} g of bread", Bread::Start { flour: 400 }.await);
        });
        stage.play_blocking("By hand, step by step", || {
            step_by_step(Bread::Start { flour: 400 });
        });
    });
}

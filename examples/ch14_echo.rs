//! A TCP echo server and a client, over a reactor; then one that gives up waiting.

use ch14_executor::{clock::Clock, echo::talk, executor_3::Executor};

fn main() {
    stage::acts(|stage| {
        if stage.is_virtual() {
            println!("(needs real sockets: run it without --virtual)");
            return;
        }
        let mut executor = Executor::new(Clock::real());
        stage
            .play_blocking("Echo", || executor.block_on(talk()))
            .expect("the loopback works");
    });
}

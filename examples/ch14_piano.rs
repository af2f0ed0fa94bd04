//! Two porters lift a piano, on two workers with one queue, then with a queue each.

use ch14_executor::{
    piano::{lifted, lifted_from_one_queue},
    workers_1, workers_2,
};

fn main() {
    stage::acts(|stage| {
        if stage.is_virtual() {
            println!("(needs real worker threads: run it without --virtual)");
            return;
        }
        stage.play_blocking("One queue", || {
            workers_1::Workers::new(2).block_on(lifted())
        });
        stage.play_blocking("A queue for each", || {
            workers_2::Workers::new(2).block_on(lifted_from_one_queue())
        });
    });
}

//! The runtime ends while somebody computes.

use std::time::Duration;

use ch11_parallelism::farewell::{Farewell, To, is_waited_for, who_stands_in_line_is_waited_for};

fn main() {
    const TAKES: Duration = Duration::from_millis(100);
    stage::acts(|stage| {
        stage.play_blocking("The runtime ends", || {
            for to in [To::Pool, To::InPlace, To::Rayon] {
                is_waited_for(to, TAKES, Farewell::Drop);
            }
            is_waited_for(To::Pool, TAKES, Farewell::Timeout(TAKES / 10));
            is_waited_for(To::Pool, TAKES, Farewell::Background);
            who_stands_in_line_is_waited_for(TAKES);
        });
    });
}

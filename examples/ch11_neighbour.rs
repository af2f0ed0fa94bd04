//! How late a neighbour's turns are beside a long computation, for five kinds of manners.

use std::time::Duration;

use ch11_parallelism::neighbour::{Manners, beside_a_neighbour, book, draw, in_pieces};

fn main() {
    const SEVEN_MS: Duration = Duration::from_millis(7);
    stage::acts(|stage| {
        let mut act = |title, steps, manners| {
            stage.play(title, async {
                draw(&beside_a_neighbour(steps, manners).await);
            });
        };
        act("Never giving way", book(), Manners::None);
        act("By the budget", book(), Manners::Budget);
        act("After seven pages", book(), Manners::Every(7));
        act("After seven milliseconds", book(), Manners::After(SEVEN_MS));
        act(
            "After seven milliseconds, and maps in pieces",
            in_pieces(&book()),
            Manners::After(SEVEN_MS),
        );
    });
}

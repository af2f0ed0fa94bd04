//! Four cities, one limit: answers in time are kept, the rest is cancelled.

use ch02_tasks::weather::{all_or_nothing_wrong, bulletin, what_came_in_time};

fn main() {
    stage::acts(|stage| {
        stage.play("All or nothing", bulletin(all_or_nothing_wrong()));
        stage.play("What came in time", bulletin(what_came_in_time()));
    });
}

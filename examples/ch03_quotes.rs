//! Three prices, each shown as soon as it is there.

use ch03_gather::quotes::{SHOPS, all_at_the_end, as_tasks_end, as_they_come, on_page};

fn main() {
    stage::acts(|stage| {
        stage.play("join_all", on_page(all_at_the_end(&SHOPS)));
        stage.play("FuturesUnordered", on_page(as_they_come(&SHOPS)));
        stage.play("JoinSet", on_page(as_tasks_end(&SHOPS)));
    });
}

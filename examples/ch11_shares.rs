//! A computation that gives way often and less often, beside four tasks that are always busy.

use ch11_parallelism::shares::{Shares, beside_busy_tasks};
use tracing::info;

fn main() {
    stage::play("A hundred milliseconds of computing", async {
        for every in [1, 10, 100] {
            let Shares { took, longest_wait } = beside_busy_tasks(every).await;
            info!(
                "giving way after {every:>3} ms: took {took:?}, others waited up to {longest_wait:?}"
            );
        }
    });
}

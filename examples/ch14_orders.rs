//! Three guests, a kitchen, a queue and three oneshots: who wakes whom.

use ch14_executor::{on_stage::ours, orders};
use tracing::info;

fn main() {
    stage::acts(|stage| {
        stage.show_wakes();
        stage.play_on("Three guests", ours, async {
            info!("{:?}", orders::served().await);
        });
        stage.play_on("The kitchen closes", ours, async {
            info!("{:?}", orders::closed().await);
        });
    });
}

//! A rain gauge, and a chain of adaptors.

use ch08_streams::rain;
use futures::StreamExt;
use tracing::info;

fn main() {
    stage::acts(|stage| {
        stage.play("Wrong: map", rain::saved_wrong());
        stage.play("then", rain::saved());
        stage.play("filter, map, scan, take_while", async {
            rain::totals(30)
                .for_each(async |total| info!("total {total}"))
                .await;
        });
    });
}

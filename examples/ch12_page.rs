//! A slow page: by the clock it is the warehouse, by spans it is not.

use ch12_observing::{
    page::{by_the_clock_wrong, rendered_once, with_spans},
    timings::Timings,
};
use tracing::info;

fn main() {
    stage::acts(|stage| {
        stage.play("By the clock", by_the_clock_wrong());
        let timings = Timings::default();
        stage::heard_by(timings.clone(), || {
            stage.play("With spans", async {
                with_spans().await;
                for line in timings.table() {
                    info!("{line}");
                }
            });
        });
        let timings = Timings::default();
        stage::heard_by(timings.clone(), || {
            stage.play("Rendered once", async {
                rendered_once().await;
                for line in timings.table() {
                    info!("{line}");
                }
            });
        });
    });
}

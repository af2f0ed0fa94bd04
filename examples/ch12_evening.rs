//! A thousand evenings with each of two bells, and one that goes wrong with the first.

use ch12_observing::{bell_1, bell_2, evening::evening, hatch::Rings};
use stage::virtual_time;
use tracing::info;

fn main() {
    let first = bad::<bell_1::Bell>();
    let second = bad::<bell_2::Bell>();
    stage::acts(|stage| {
        stage.play("A thousand evenings", async {
            info!(
                "bell 1: {} go wrong, evening {} first",
                first.len(),
                first[0]
            );
            info!("bell 2: {} go wrong", second.len());
        });
        let seed = first[0];
        stage.play(
            &format!("Evening {seed}, bell 1"),
            evening::<bell_1::Bell>(seed),
        );
        stage.play(
            &format!("Evening {seed}, bell 2"),
            evening::<bell_2::Bell>(seed),
        );
    });
}

/// The seeds of those that did.
fn bad<B: Rings + 'static>() -> Vec<u64> {
    let is_bad = |&seed: &u64| !virtual_time(evening::<B>(seed)).is_good();
    (0..1_000).filter(is_bad).collect()
}

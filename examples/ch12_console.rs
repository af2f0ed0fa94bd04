//! Five orders, watched by `tokio-console` and dumped. Needs a Tokio that lets itself be watched:
//!
//! `RUSTFLAGS="--cfg tokio_unstable" cargo run -p ch12_observing --example ch12_console`

#[cfg(not(all(tokio_unstable, target_os = "linux")))]
fn main() {
    stage::play("Five orders, watched from outside", async {
        tracing::info!(
            "(left out: this was built without RUSTFLAGS=\"--cfg tokio_unstable\", or not on Linux)"
        );
    });
}

#[cfg(all(tokio_unstable, target_os = "linux"))]
#[tokio::main(flavor = "current_thread")]
async fn main() {
    use std::time::Duration;

    use ch12_observing::{
        console::{answer_the_console, dump, wait},
        late,
    };

    answer_the_console();
    let orders = late::orders();
    tokio::time::sleep(Duration::from_secs(5)).await;
    for task in dump().await {
        println!("{task}\n");
    }
    wait(orders, Duration::from_mins(1)).await;
}

//! A runtime and a wait, without the stage: there is no magic behind the other examples.

use ch01_await::hello::hello;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    choose_clock();
    hello().await;
}

/// `--virtual` stops the clock: from then on it jumps ahead whenever there is nothing to do.
fn choose_clock() {
    match std::env::args().nth(1).as_deref() {
        None => {}
        Some("--virtual") => tokio::time::pause(),
        Some(flag) => {
            eprintln!("error: this example takes --virtual or nothing, not '{flag}'");
            std::process::exit(2);
        }
    }
}

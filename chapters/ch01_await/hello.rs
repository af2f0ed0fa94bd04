//! The smallest program that waits.

use std::time::Duration;

use tokio::time::sleep;

/// Says hello, waits for a second, and goes on.
pub async fn hello() {
    println!("Hello,");
    sleep(Duration::from_secs(1)).await;
    println!("world.");
}

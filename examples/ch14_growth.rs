//! The sizes of futures that hold a page of 16 KiB, or do not.

use ch14_executor::growth::sizes;
use tracing::info;

fn main() {
    stage::play("What waits, in bytes", async {
        for (name, bytes) in sizes() {
            info!("{name:<22} {bytes:>6}");
        }
    });
}

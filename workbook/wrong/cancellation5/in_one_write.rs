//! Wrong: one write is one await, and stops in the middle all the same.

use std::time::Duration;

use disk::Disk;
use tokio::time::timeout;
use tracing::info;

const SAVE: &str = "save.txt";

async fn save(disk: &Disk, level: u32, points: u32) {
    disk.create(SAVE);
    disk.write(SAVE, &format!("level {level}\npoints {points}\n"))
        .await;
}

// From here on as in the solution:
// /// Whoever saves has this disk, and no way around it.

//! Right: one text, one write, one rename.

use std::time::Duration;

use disk::Disk;
use tokio::time::timeout;
use tracing::info;

const SAVE: &str = "save.txt";

async fn save(disk: &Disk, level: u32, points: u32) {
    let text = format!("level {level}\npoints {points}\n");
    disk.create("save.tmp");
    disk.write("save.tmp", &text).await;
    disk.rename("save.tmp", SAVE);
}

// From here on as in the solution:
// /// Whoever saves has this disk, and no way around it.

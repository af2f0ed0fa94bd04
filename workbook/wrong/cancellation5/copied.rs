//! Wrong: copying a file that is complete stops in the middle, too.

use std::time::Duration;

use disk::Disk;
use tokio::time::timeout;
use tracing::info;

const SAVE: &str = "save.txt";

async fn save(disk: &Disk, level: u32, points: u32) {
    disk.create("new");
    disk.write("new", &format!("level {level}\n")).await;
    disk.write("new", &format!("points {points}\n")).await;
    let new = disk.read("new").unwrap_or_default();
    disk.create(SAVE);
    disk.write(SAVE, &new).await;
}

// From here on as in the solution:
// /// Whoever saves has this disk, and no way around it.

//! Wrong: the new file takes its name before it is complete.

use std::time::Duration;

use disk::Disk;
use tokio::time::timeout;
use tracing::info;

const SAVE: &str = "save.txt";

async fn save(disk: &Disk, level: u32, points: u32) {
    disk.create("new");
    disk.rename("new", SAVE);
    disk.write(SAVE, &format!("level {level}\n")).await;
    disk.write(SAVE, &format!("points {points}\n")).await;
}

// From here on as in the solution:
// /// Whoever saves has this disk, and no way around it.

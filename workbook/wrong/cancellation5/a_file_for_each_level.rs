//! Wrong: a level that is saved again finds what an attempt left that was given up.

use std::time::Duration;

use disk::Disk;
use tokio::time::timeout;
use tracing::info;

const SAVE: &str = "save.txt";

async fn save(disk: &Disk, level: u32, points: u32) {
    let new = format!("level {level}");
    disk.write(&new, &format!("level {level}\n")).await;
    disk.write(&new, &format!("points {points}\n")).await;
    disk.rename(&new, SAVE);
}

// From here on as in the solution:
// /// Whoever saves has this disk, and no way around it.

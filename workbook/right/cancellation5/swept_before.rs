//! Right: what was left is renamed out of the way instead of being emptied.

use std::time::Duration;

use disk::Disk;
use tokio::time::timeout;
use tracing::info;

const SAVE: &str = "save.txt";

async fn save(disk: &Disk, level: u32, points: u32) {
    disk.rename("new", "rubbish");
    disk.write("new", &format!("level {level}\n")).await;
    disk.write("new", &format!("points {points}\n")).await;
    disk.rename("new", SAVE);
}

// From here on as in the solution:
// /// Whoever saves has this disk, and no way around it.

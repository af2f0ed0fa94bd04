//! Wrong: a `Drop` that puts the old save back is not run when the power is off.

use std::time::Duration;

use disk::Disk;
use tokio::time::timeout;
use tracing::info;

const SAVE: &str = "save.txt";

async fn save(disk: &Disk, level: u32, points: u32) {
    disk.rename(SAVE, "old");
    let _restore = Restore(disk);
    disk.create("new");
    disk.write("new", &format!("level {level}\n")).await;
    disk.write("new", &format!("points {points}\n")).await;
    disk.rename("new", SAVE);
    disk.rename(SAVE, "old");
}

struct Restore<'a>(&'a Disk);

impl Drop for Restore<'_> {
    fn drop(&mut self) {
        self.0.rename("old", SAVE);
    }
}

// From here on as in the solution:
// /// Whoever saves has this disk, and no way around it.

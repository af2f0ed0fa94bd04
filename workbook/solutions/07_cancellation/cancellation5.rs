//! A game saves its state: the level, then the points. A player who switches off in that moment
//! finds a save with the new level and the old points, or none at all.
//!
//! Goal: whenever `save` is given up, the save on the disk is a complete one, the old or the new. A
//! save that was given up does not disturb the next one.
//!
//! Lesson: `chapters/ch07_cancellation/README.md`, "Where a future can stop"

use std::{cell::RefCell, collections::BTreeMap, time::Duration};

use tokio::time::{sleep, timeout};
use tracing::info;

const SAVE: &str = "save.txt";

async fn save(disk: &Disk, level: u32, points: u32) {
    let unfinished = "save.txt.new";
    disk.create(unfinished);
    disk.write(unfinished, &format!("level {level}\n")).await;
    disk.write(unfinished, &format!("points {points}\n")).await;
    // No await after this: the new save is there as a whole, or not at all.
    disk.rename(unfinished, SAVE);
}

/// A disk that writes a byte per millisecond.
#[derive(Default)]
struct Disk {
    files: RefCell<BTreeMap<String, String>>,
}

impl Disk {
    /// An empty file of this name, whatever was there before.
    fn create(&self, name: &str) {
        self.files
            .borrow_mut()
            .insert(name.to_owned(), String::new());
    }

    /// Puts text behind what is in the file.
    async fn write(&self, name: &str, text: &str) {
        for byte in text.chars() {
            sleep(Duration::from_millis(1)).await;
            let mut files = self.files.borrow_mut();
            files.entry(name.to_owned()).or_default().push(byte);
        }
    }

    /// In one step, `new` is what `old` was.
    fn rename(&self, old: &str, new: &str) {
        let mut files = self.files.borrow_mut();
        if let Some(content) = files.remove(old) {
            files.insert(new.to_owned(), content);
        }
    }

    fn read(&self, name: &str) -> Option<String> {
        self.files.borrow().get(name).cloned()
    }
}

fn main() {
    stage::play("Switched off", async {
        let disk = Disk::default();
        save(&disk, 1, 100).await;
        let _ = timeout(Duration::from_millis(12), save(&disk, 2, 200)).await;
        info!("{:?}", disk.read(SAVE));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_save_is_the_old_or_the_new_one() {
        for switched_off in 0..=20 {
            stage::virtual_time(async {
                let disk = Disk::default();
                save(&disk, 1, 100).await;
                let patience = Duration::from_millis(switched_off);
                let saved = timeout(patience, save(&disk, 2, 250)).await;
                let expected = match saved {
                    Ok(()) => "level 2\npoints 250\n",
                    Err(_) => "level 1\npoints 100\n",
                };
                assert_eq!(
                    disk.read(SAVE).as_deref(),
                    Some(expected),
                    "switched off after {switched_off} ms"
                );
                assert_eq!(saved.is_ok(), switched_off >= 19, "19 bytes, 1 ms each");
            });
        }
    }

    #[test]
    fn a_save_that_was_given_up_does_not_disturb_the_next() {
        for switched_off in 0..19 {
            stage::virtual_time(async {
                let disk = Disk::default();
                let patience = Duration::from_millis(switched_off);
                for level in [1, 2] {
                    timeout(patience, save(&disk, level, 100))
                        .await
                        .unwrap_err();
                    assert_eq!(disk.read(SAVE), None, "there was no save before");
                }
                save(&disk, 3, 777).await;
                assert_eq!(
                    disk.read(SAVE).as_deref(),
                    Some("level 3\npoints 777\n"),
                    "twice switched off after {switched_off} ms"
                );
            });
        }
    }
}

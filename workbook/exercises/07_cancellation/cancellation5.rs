//! A game saves its state: the level, then the points. A player who switches off in that moment
//! finds a save with the new level and the old points, or none at all.
//!
//! Goal: whenever the player switches off, the save on the disk is a complete one, the old or the new.
//! Switched off means off: no line is run after it, no `Drop` either. A save that was given up does not
//! disturb the next one.
//!
//! Lesson: `chapters/ch07_cancellation/README.md`, "Where a future can stop"

use std::time::Duration;

use disk::Disk;
use tokio::time::timeout;
use tracing::info;

const SAVE: &str = "save.txt";

async fn save(disk: &Disk, level: u32, points: u32) {
    // TODO: what is on the disk if this stops at an await?
    disk.create(SAVE);
    disk.write(SAVE, &format!("level {level}\n")).await;
    disk.write(SAVE, &format!("points {points}\n")).await;
}

/// Whoever saves has this disk, and no way around it.
mod disk {
    use std::{cell::RefCell, collections::BTreeMap, time::Duration};

    use tokio::time::sleep;

    /// A disk that writes a byte per millisecond.
    #[derive(Default)]
    pub struct Disk {
        files: RefCell<BTreeMap<String, String>>,
    }

    impl Disk {
        /// An empty file of this name, whatever was there before.
        pub fn create(&self, name: &str) {
            self.files
                .borrow_mut()
                .insert(name.to_owned(), String::new());
        }

        /// Puts text behind what is in the file.
        pub async fn write(&self, name: &str, text: &str) {
            for byte in text.chars() {
                sleep(Duration::from_millis(1)).await;
                let mut files = self.files.borrow_mut();
                files.entry(name.to_owned()).or_default().push(byte);
            }
        }

        /// In one step, `new` is what `old` was.
        pub fn rename(&self, old: &str, new: &str) {
            let mut files = self.files.borrow_mut();
            if let Some(content) = files.remove(old) {
                files.insert(new.to_owned(), content);
            }
        }

        pub fn read(&self, name: &str) -> Option<String> {
            self.files.borrow().get(name).cloned()
        }
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

    /// Saves for so many milliseconds. Then the power is off: nothing is run any more, no `Drop` either.
    async fn save_until_the_power_fails(disk: &Disk, level: u32, points: u32, millis: u64) -> bool {
        let mut saving = Box::pin(save(disk, level, points));
        let saved = timeout(Duration::from_millis(millis), &mut saving).await;
        std::mem::forget(saving);
        saved.is_ok()
    }

    fn check(disk: &Disk, expected: Option<&str>, when: &str) {
        let save = disk.read(SAVE);
        assert!(
            save.as_deref() == expected,
            "{when}: the save on the disk should be complete, the old or the new one\n  \
             expected: {expected:?}\n  it was:   {save:?}"
        );
    }

    #[test]
    fn a_save_is_the_old_or_the_new_one() {
        for switched_off in 0..=20 {
            stage::virtual_time(async {
                let disk = Disk::default();
                save(&disk, 1, 100).await;
                let saved = save_until_the_power_fails(&disk, 2, 250, switched_off).await;
                assert!(
                    saved == (switched_off >= 19),
                    "19 bytes are written in 19 ms; after {switched_off} ms the save was done: {saved}"
                );
                let expected = if saved {
                    "level 2\npoints 250\n"
                } else {
                    "level 1\npoints 100\n"
                };
                check(
                    &disk,
                    Some(expected),
                    &format!("switched off after {switched_off} ms"),
                );
            });
        }
    }

    #[test]
    fn a_save_that_is_given_up_changes_nothing() {
        for given_up in 0..19 {
            stage::virtual_time(async {
                let disk = Disk::default();
                save(&disk, 1, 100).await;
                let _ = timeout(Duration::from_millis(given_up), save(&disk, 2, 250)).await;
                check(
                    &disk,
                    Some("level 1\npoints 100\n"),
                    &format!("given up after {given_up} ms"),
                );
            });
        }
    }

    #[test]
    fn a_save_that_was_given_up_does_not_disturb_the_next() {
        for switched_off in 0..19 {
            for levels in [[1, 2], [3, 3]] {
                stage::virtual_time(async {
                    let disk = Disk::default();
                    for level in levels {
                        save_until_the_power_fails(&disk, level, 777, switched_off).await;
                        check(&disk, None, "switched off during the very first save");
                    }
                    save(&disk, 3, 777).await;
                    let when = format!("saved after two that ended after {switched_off} ms");
                    check(&disk, Some("level 3\npoints 777\n"), &when);
                });
            }
        }
    }
}

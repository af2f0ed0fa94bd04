//! Workers that are no processes: they take their time on the story's clock, and run into the same.

use std::{future::pending, io, time::Duration};

use tokio::{fs, time::sleep};

use crate::{
    batch::Worker,
    protocol::{Job, Reply},
    thumbnail::SIDE,
    trouble::{Trouble, trouble},
};

/// What a picture takes.
pub const TO_MAKE: Duration = Duration::from_millis(300);

/// A worker that makes empty thumbnails.
#[derive(Debug)]
pub struct Rehearsed;

impl Worker for Rehearsed {
    async fn make(&mut self, job: &Job) -> io::Result<Reply> {
        sleep(TO_MAKE / 2).await;
        let name = job.picture.file_stem().unwrap_or_default();
        match trouble(&name.to_string_lossy(), job.attempt) {
            None => {}
            Some(Trouble::Hangs) => return pending().await,
            Some(Trouble::StopsHalfWay) => {
                fs::write(&job.part, "half a thumb").await?;
                return pending().await;
            }
            Some(Trouble::Crashes) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Some(Trouble::Babbles) => return Err(io::ErrorKind::InvalidData.into()),
        }
        sleep(TO_MAKE / 2).await;
        fs::write(&job.part, "").await?;
        Ok(Reply::Done {
            width: SIDE,
            height: SIDE,
        })
    }

    async fn kill(self) {}

    async fn dismiss(self) {}
}

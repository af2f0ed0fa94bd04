//! What is said to a worker and by it: a line of JSON each way, one job at a time.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// What a worker is asked to do. Paths have to be UTF-8: JSON can say no others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// The picture to be read.
    pub picture: PathBuf,
    /// The file to be written: the thumbnail, for as long as nobody has said that it is whole.
    pub part: PathBuf,
    /// How often somebody was asked, this time included.
    pub attempt: u32,
}

/// What a worker answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reply {
    /// The thumbnail is written.
    Done {
        /// Its width in pixels.
        width: u32,
        /// Its height in pixels.
        height: u32,
    },
    /// It cannot be made: most often there is something wrong with the picture, and another worker would
    /// find the same.
    Bad(String),
}

//! A batch downloader with a progress bar on a terminal, and totals at the end.

use std::{
    io::{IsTerminal, stdout},
    time::Duration,
};

use ch04_semaphores::{downloads::download_all, permits::InvalidLimit};
use indicatif::ProgressBar;

fn main() -> Result<(), InvalidLimit> {
    // On standard error, and hidden by itself if that is no terminal.
    let bar = if stdout().is_terminal() {
        ProgressBar::no_length()
    } else {
        ProgressBar::hidden()
    };
    let pictures: Vec<u32> = (1..=20).collect();
    stage::play(
        "Twenty pictures, five at a time",
        download_all(&pictures, 5, Duration::from_secs(2), &bar),
    )?;
    Ok(())
}

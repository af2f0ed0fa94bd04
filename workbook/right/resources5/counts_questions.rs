//! Right: as many answers as questions, or it is not used again.

use std::{
    cell::{Cell, RefCell},
    io,
    ops::{Deref, DerefMut},
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream, duplex},
    time::{sleep, timeout},
};
use tracing::info;

/// A line to the kitchen: a question goes out, its answer comes in, then the next.
struct Line {
    stream: BufReader<DuplexStream>,
    asked: u32,
    answered: u32,
}

impl Line {
    fn new(stream: BufReader<DuplexStream>) -> Self {
        Self {
            stream,
            asked: 0,
            answered: 0,
        }
    }

    /// How many are left of a dish.
    async fn ask(&mut self, dish: &str) -> io::Result<String> {
        self.asked += 1;
        let question = format!("{dish}\n");
        self.stream.write_all(question.as_bytes()).await?;
        let mut answer = String::new();
        if self.stream.read_line(&mut answer).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.answered += 1;
        Ok(answer.trim_end().to_owned())
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        if let Some(line) = self.line.take()
            && line.asked == line.answered
        {
            self.switchboard.idle.borrow_mut().push(line);
        }
    }
}

// From here on as in the solution:
// #[derive(Default)]

//! Wrong: a line is bad after an error, but a future that is dropped returns none.

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
    in_order: bool,
}

impl Line {
    fn new(stream: BufReader<DuplexStream>) -> Self {
        Self {
            stream,
            in_order: true,
        }
    }

    /// How many are left of a dish.
    async fn ask(&mut self, dish: &str) -> io::Result<String> {
        let answer = self.try_ask(dish).await;
        self.in_order = answer.is_ok();
        answer
    }

    async fn try_ask(&mut self, dish: &str) -> io::Result<String> {
        let question = format!("{dish}\n");
        self.stream.write_all(question.as_bytes()).await?;
        let mut answer = String::new();
        if self.stream.read_line(&mut answer).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(answer.trim_end().to_owned())
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        if let Some(line) = self.line.take()
            && line.in_order
        {
            self.switchboard.idle.borrow_mut().push(line);
        }
    }
}

// From here on as in the solution:
// #[derive(Default)]

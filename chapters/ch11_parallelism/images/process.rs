//! Our side of a worker that is a process.

use std::{io, process::Stdio, time::Duration};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
    time::timeout,
};
use tracing::info;

use crate::{
    batch::Worker,
    protocol::{Job, Reply},
};

/// How long a worker may take to go when it is told that there is no more work.
const TO_GO: Duration = Duration::from_millis(500);

/// A worker process. It is killed if this is dropped.
#[derive(Debug)]
pub struct Process {
    child: Child,
    jobs: ChildStdin,
    replies: Lines<BufReader<ChildStdout>>,
}

impl Process {
    /// Starts the worker that this command runs.
    ///
    /// # Errors
    ///
    /// If the system does not start it.
    ///
    /// # Panics
    ///
    /// Outside a Tokio runtime.
    pub fn start(mut command: Command) -> io::Result<Self> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        // In a group of its own it does not hear the Ctrl-C of our terminal. We do, and tell it.
        #[cfg(unix)]
        command.process_group(0);
        let mut child = command.kill_on_drop(true).spawn()?;
        let jobs = child.stdin.take().expect("it is piped");
        let replies = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        info!("process {} begins", child.id().unwrap_or_default());
        Ok(Self {
            child,
            jobs,
            replies,
        })
    }
}

impl Process {
    /// The number by which the system knows it; `None` if it has ended and that was seen.
    pub fn id(&self) -> Option<u32> {
        self.child.id()
    }
}

impl Worker for Process {
    async fn make(&mut self, job: &Job) -> io::Result<Reply> {
        let mut line = serde_json::to_vec(job)?;
        line.push(b'\n');
        self.jobs.write_all(&line).await?;
        let reply = self.replies.next_line().await?;
        let reply = reply.ok_or(io::ErrorKind::UnexpectedEof)?;
        Ok(serde_json::from_str(&reply)?)
    }

    async fn kill(mut self) {
        // Fails if it has ended already, or cannot be killed: there is nothing to be done about it.
        let _ = self.child.kill().await;
    }

    async fn dismiss(mut self) {
        drop(self.jobs);
        if timeout(TO_GO, self.child.wait()).await.is_err() {
            let _ = self.child.kill().await;
        }
    }
}

//! A bank that answers line by line, and a connection to it, which a request that is given up spoils.

use std::{io, mem::replace, time::Duration};

use stage::Instrument;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream, duplex},
    time::{sleep, timeout},
};
use tokio_util::task::TaskTracker;
use tracing::{info, info_span};

/// How long it takes to connect, and how long the bank takes for an answer.
pub const ANSWER: Duration = Duration::from_millis(100);

/// A bank that tells balances. A clone is another name for the same one.
#[derive(Clone, Debug, Default)]
pub struct Bank {
    /// One task for each connection, until the other end hangs up.
    connections: TaskTracker,
}

impl Bank {
    /// Connections that are open.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.connections.len()
    }

    /// Connects, which takes [`ANSWER`].
    ///
    /// Cancel safety: dropped before it is done, it has connected nothing.
    ///
    /// # Errors
    ///
    /// None so far; a socket has some.
    pub async fn connect(&self) -> io::Result<Wire> {
        sleep(ANSWER).await;
        let (here, there) = duplex(64);
        self.connections.spawn(serve(there));
        Ok(Wire {
            stream: BufReader::new(here),
            in_order: true,
        })
    }

    /// Waits until all have hung up.
    pub async fn closed(&self) {
        self.connections.close();
        self.connections.wait().await;
    }
}

/// Answers each line by one line: the name, and a hundred for each letter.
async fn serve(stream: DuplexStream) {
    let mut stream = BufReader::new(stream);
    let mut name = String::new();
    while let Ok(1..) = stream.read_line(&mut name).await {
        sleep(ANSWER).await;
        let answer = format!("{} has {}\n", name.trim_end(), 100 * name.trim_end().len());
        // Fails if the other end has hung up, and then the next line is the end.
        let _ = stream.write_all(answer.as_bytes()).await;
        name.clear();
    }
}

/// A connection: a question goes out, its answer comes in, then the next.
#[derive(Debug)]
pub struct Wire {
    stream: BufReader<DuplexStream>,
    in_order: bool,
}

impl Wire {
    /// Asks for a balance.
    ///
    /// Cancel safety: none. Dropped between its first poll and its end, it leaves a question half asked or
    /// an answer unread, and the connection is never in order again: who asks on gets another question's answer.
    ///
    /// # Errors
    ///
    /// If the connection fails or the bank hangs up; then it is not in order either.
    pub async fn ask(&mut self, name: &str) -> io::Result<String> {
        let in_order = replace(&mut self.in_order, false);
        let question = format!("{name}\n");
        self.stream.write_all(question.as_bytes()).await?;
        let mut answer = String::new();
        if self.stream.read_line(&mut answer).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.in_order = in_order;
        Ok(answer.trim_end().to_owned())
    }

    /// Whether every question has had its answer.
    #[must_use]
    pub fn in_order(&self) -> bool {
        self.in_order
    }
}

/// Ann gives up half-way; then Bert asks on the same connection, and is told what Ann has.
///
/// # Errors
///
/// If the connection fails.
pub async fn anns_answer_wrong() -> io::Result<String> {
    let mut wire = Bank::default().connect().await?;
    let ann = async {
        let patience = ANSWER / 2;
        if timeout(patience, wire.ask("Ann")).await.is_err() {
            info!("gives up");
        }
    };
    ann.instrument(info_span!("Ann")).await;
    let bert = async {
        let answer = wire.ask("Bert").await?;
        info!("is told: {answer}");
        Ok(answer)
    };
    bert.instrument(info_span!("Bert")).await
}

//! What a paused clock waits for, and what it does not: three who answer after 20 ms, and one who asks
//! with a time-out of a second.

use std::{
    io::{self, Write},
    net::TcpListener,
    thread,
    time::Duration,
};

use tokio::{
    io::AsyncReadExt,
    net::TcpStream,
    sync::oneshot,
    task::spawn_blocking,
    time::{error::Elapsed, timeout},
};

const SECOND: Duration = Duration::from_secs(1);

/// A blocking task answers.
///
/// # Errors
///
/// If it does not within a second.
pub async fn blocking_task() -> Result<(), Elapsed> {
    timeout(SECOND, spawn_blocking(twenty_milliseconds))
        .await
        .map(drop)
}

/// A plain thread answers.
///
/// # Errors
///
/// As [`blocking_task`].
pub async fn plain_thread() -> Result<(), Elapsed> {
    let (answer, answered) = oneshot::channel();
    thread::spawn(move || {
        twenty_milliseconds();
        // Nobody may be there any more.
        let _ = answer.send(());
    });
    timeout(SECOND, answered).await.map(drop)
}

/// Somebody answers over a socket.
///
/// # Errors
///
/// If there is no socket to be had; `TimedOut`, as [`blocking_task`].
pub async fn socket() -> io::Result<u8> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    thread::spawn(move || {
        let (mut caller, _) = listener.accept()?;
        twenty_milliseconds();
        caller.write_all(&[42])
    });
    // Connected without the runtime, so that only the answer is waited for.
    let connection = std::net::TcpStream::connect(address)?;
    connection.set_nonblocking(true)?;
    timeout(SECOND, TcpStream::from_std(connection)?.read_u8()).await?
}

fn twenty_milliseconds() {
    thread::sleep(Duration::from_millis(20));
}

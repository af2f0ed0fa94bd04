//! A question and an answer, each a line of text, over whatever can be read and written.

use std::{io, time::Duration};

use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader},
    time::timeout,
};

/// So long an answer may take.
pub const PATIENCE: Duration = Duration::from_secs(1);

/// Takes what the first read brings for the answer.
///
/// # Errors
///
/// Those of the connection; `TimedOut`, if nothing comes in time.
///
/// # Cancel safety
///
/// Dropped, it may have asked; the connection is not to be used again.
pub async fn ask_wrong(
    connection: &mut (impl AsyncRead + AsyncWrite + Unpin),
    question: &str,
) -> io::Result<String> {
    connection.write_all(question.as_bytes()).await?;
    connection.write_all(b"\n").await?;
    let mut answer = [0; 256];
    let read = timeout(PATIENCE, connection.read(&mut answer)).await??;
    Ok(String::from_utf8_lossy(&answer[..read])
        .trim_end()
        .to_owned())
}

/// Reads until the line ends. What has come with it, after its end, is lost.
///
/// # Errors
///
/// Those of the connection; `TimedOut`, if the line is not there in time; `UnexpectedEof`, if it has no end;
/// `InvalidData`, if it is not UTF-8.
///
/// # Cancel safety
///
/// As [`ask_wrong`].
pub async fn ask(
    connection: &mut (impl AsyncRead + AsyncWrite + Unpin),
    question: &str,
) -> io::Result<String> {
    connection.write_all(question.as_bytes()).await?;
    connection.write_all(b"\n").await?;
    let mut answer = String::new();
    let mut lines = BufReader::new(connection);
    timeout(PATIENCE, lines.read_line(&mut answer)).await??;
    let line = answer.strip_suffix('\n');
    Ok(line.ok_or(io::ErrorKind::UnexpectedEof)?.to_owned())
}

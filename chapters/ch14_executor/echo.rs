//! A TCP echo server and a client on the loopback, and one that hangs up.

use std::{io, net::SocketAddr, sync::Arc};

use stage::Instrument;
use tracing::{info, info_span};

use crate::{
    current::spawn,
    join_handle::JoinHandle,
    reactor::Reactor,
    tcp::{TcpListener, TcpStream},
};

/// Any port of this machine that is free.
pub const ANY_PORT: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);

/// Serves on a free port, each connection as a task of its own, until the returned one is aborted.
///
/// # Errors
///
/// The system's, if there is no port.
pub fn server(reactor: &Arc<Reactor>) -> io::Result<(SocketAddr, JoinHandle<io::Result<()>>)> {
    let mut listener = TcpListener::bind(reactor, ANY_PORT)?;
    let address = listener.local_addr()?;
    let accepting = async move {
        loop {
            let stream = listener.accept().await?;
            spawn(echo(stream).instrument(info_span!("connection")));
        }
    };
    Ok((address, spawn(accepting.instrument(info_span!("server")))))
}

/// Sends back what comes, until the other side has ended.
async fn echo(mut stream: TcpStream) -> io::Result<()> {
    let mut buffer = [0; 1024];
    loop {
        let read = stream.read(&mut buffer).await?;
        if read == 0 {
            info!("the other side has ended");
            return Ok(());
        }
        stream.write_all(&buffer[..read]).await?;
    }
}

/// Says something and waits until all of it has come back.
///
/// # Errors
///
/// The system's; `UnexpectedEof` if the server ends before.
pub async fn said(stream: &mut TcpStream, words: &str) -> io::Result<String> {
    stream.write_all(words.as_bytes()).await?;
    let mut heard = vec![0; words.len()];
    let mut length = 0;
    while length < heard.len() {
        match stream.read(&mut heard[length..]).await? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => length += read,
        }
    }
    let heard = String::from_utf8_lossy(&heard).into_owned();
    info!("heard {heard:?}");
    Ok(heard)
}

/// A server, and a client that says two things and hangs up.
///
/// # Errors
///
/// The system's.
///
/// # Panics
///
/// If the server could not go on.
pub async fn talk() -> io::Result<Vec<String>> {
    let reactor = Reactor::start()?;
    let (address, server) = server(&reactor)?;
    let mut heard = Vec::new();
    let client = async {
        let mut stream = TcpStream::connect(&reactor, address).await?;
        for words in ["good morning", "and good night"] {
            heard.push(said(&mut stream, words).await?);
        }
        Ok::<_, io::Error>(())
    };
    client.instrument(info_span!("client")).await?;
    server.abort();
    Ok(heard)
}

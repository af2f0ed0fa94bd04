//! TCP over the reactor: what would block waits instead.

use std::{
    io::{self, Read, Write},
    net::SocketAddr,
    sync::Arc,
};

use mio::net;

use crate::{
    reactor::{Reactor, Until},
    watched::Watched,
};

/// Accepts connections.
pub struct TcpListener(Watched<net::TcpListener>);

impl TcpListener {
    /// Listens at this address; port 0 lets the system choose one.
    ///
    /// # Errors
    ///
    /// The system's, if the address is taken or not ours.
    pub fn bind(reactor: &Arc<Reactor>, address: SocketAddr) -> io::Result<Self> {
        Watched::new(reactor, net::TcpListener::bind(address)?).map(Self)
    }

    /// Where it listens.
    ///
    /// # Errors
    ///
    /// The system's.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.source().local_addr()
    }

    /// Waits for the next connection.
    ///
    /// # Errors
    ///
    /// The system's, if it has no more file descriptors for one.
    ///
    /// # Cancel safety
    ///
    /// A connection that was not returned waits for the next call.
    pub async fn accept(&mut self) -> io::Result<TcpStream> {
        let (stream, _) = self.0.when(Until::Readable, |it| it.accept()).await?;
        Watched::new(self.0.reactor(), stream).map(TcpStream)
    }
}

/// A connection.
pub struct TcpStream(Watched<net::TcpStream>);

impl TcpStream {
    /// Waits until the connection is made.
    ///
    /// # Errors
    ///
    /// The system's, if nobody listens there.
    ///
    /// # Cancel safety
    ///
    /// Dropped, it gives the connection up.
    pub async fn connect(reactor: &Arc<Reactor>, address: SocketAddr) -> io::Result<Self> {
        let mut stream = Watched::new(reactor, net::TcpStream::connect(address)?)?;
        let made = |it: &mut net::TcpStream| match (it.take_error()?, it.peer_addr()) {
            (None, Ok(_)) => Ok(()),
            (None, Err(error)) if error.kind() == io::ErrorKind::NotConnected => {
                Err(io::ErrorKind::WouldBlock.into())
            }
            (Some(error), _) | (None, Err(error)) => Err(error),
        };
        stream.when(Until::Writable, made).await?;
        Ok(Self(stream))
    }

    /// Waits for bytes and reads some; 0 says that the other side has ended.
    ///
    /// # Errors
    ///
    /// The system's, if the connection is broken.
    ///
    /// # Cancel safety
    ///
    /// Bytes that were not returned are read by the next call.
    pub async fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.when(Until::Readable, |it| it.read(buffer)).await
    }

    /// Writes all of it, and waits for room where there is none.
    ///
    /// # Errors
    ///
    /// The system's, if the connection is broken.
    ///
    /// # Cancel safety
    ///
    /// None: dropped half-way, some of it was written, and nobody knows how much.
    pub async fn write_all(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let written = self.0.when(Until::Writable, |it| it.write(bytes)).await?;
            bytes = &bytes[written..];
        }
        Ok(())
    }
}

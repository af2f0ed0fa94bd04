//! What both ends need of a WebSocket: the handshake with its token, and a limit for frames.

use percent_encoding::percent_decode_str;
use serde_json::Value;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};
use tokio_tungstenite::{
    WebSocketStream, accept_hdr_async_with_config, client_async_with_config,
    tungstenite::{
        Error, Message,
        client::IntoClientRequest,
        handshake::server::{ErrorResponse, Request, Response},
        http::{HeaderMap, HeaderValue, StatusCode, Uri, header::AUTHORIZATION},
        protocol::WebSocketConfig,
    },
};

/// The largest message that is read, in bytes. A frame that says it is larger ends the connection.
pub const LARGEST: usize = 1 << 20;

/// A stream of bytes between two ends.
pub trait Wire: AsyncRead + AsyncWrite + Unpin + Send + 'static {}

impl<W: AsyncRead + AsyncWrite + Unpin + Send + 'static> Wire for W {}

/// Which frames a connection carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carries {
    /// Calls and their answers.
    Calls,
    /// Events.
    Events,
    /// Both.
    Both,
}

impl Carries {
    /// Whether calls are answered on it.
    #[must_use]
    pub fn calls(self) -> bool {
        self != Self::Events
    }

    /// Whether events are told on it.
    #[must_use]
    pub fn events(self) -> bool {
        self != Self::Calls
    }

    fn at_path(path: &str) -> Option<Self> {
        match path.trim_matches('/') {
            "" => Some(Self::Both),
            "api" => Some(Self::Calls),
            "event" => Some(Self::Events),
            _ => None,
        }
    }

    fn in_role(headers: &HeaderMap) -> Option<Self> {
        match headers.get("X-Client-Role").map(HeaderValue::as_bytes) {
            None | Some(b"Universal") => Some(Self::Both),
            Some(b"API") => Some(Self::Calls),
            Some(b"Event") => Some(Self::Events),
            Some(_) => None,
        }
    }
}

/// An address to connect to: `ws://HOST:PORT/PATH`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address(Uri);

/// Not such an address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an address such as ws://127.0.0.1:6700/")]
pub struct NotAnAddress;

impl std::str::FromStr for Address {
    type Err = NotAnAddress;

    fn from_str(text: &str) -> Result<Self, NotAnAddress> {
        let uri: Uri = text.parse().or(Err(NotAnAddress))?;
        let host = uri.host().is_some_and(|host| !host.is_empty());
        if uri.scheme_str() != Some("ws") || !host {
            return Err(NotAnAddress);
        }
        Ok(Self(uri))
    }
}

impl Address {
    /// Opens the stream of bytes.
    ///
    /// # Errors
    ///
    /// If nobody listens there.
    pub async fn dial(&self) -> std::io::Result<TcpStream> {
        let host = self.0.host().unwrap_or_default();
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let wire = TcpStream::connect((host, self.0.port_u16().unwrap_or(80))).await?;
        // Frames are small, and somebody waits for each.
        wire.set_nodelay(true)?;
        Ok(wire)
    }

    /// Begins a WebSocket on a stream that was opened, with a token and other headers.
    ///
    /// # Errors
    ///
    /// If the other end refuses it.
    pub async fn connect<W: Wire>(
        &self,
        wire: W,
        token: Option<&Token>,
        headers: &[(&'static str, String)],
    ) -> Result<Socket<W>, Error> {
        let mut request = self.0.clone().into_client_request()?;
        let all = request.headers_mut();
        if let Some(token) = token {
            all.insert(AUTHORIZATION, token.0.clone());
        }
        for (name, value) in headers {
            all.insert(*name, HeaderValue::from_str(value)?);
        }
        let (stream, _) = client_async_with_config(request, wire, Some(config())).await?;
        Ok(Socket(stream))
    }
}

impl std::fmt::Display for Address {
    /// Without a query, in which a token may stand.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let authority = self.0.authority().map_or("", |it| it.as_str());
        write!(formatter, "ws://{authority}{}", self.0.path())
    }
}

/// A shared secret. It is in no output.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(HeaderValue, String);

/// A token with characters that no header can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("visible ASCII characters")]
pub struct NotAToken;

impl std::str::FromStr for Token {
    type Err = NotAToken;

    fn from_str(token: &str) -> Result<Self, NotAToken> {
        if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(NotAToken);
        }
        let mut value = HeaderValue::from_str(&format!("Bearer {token}")).or(Err(NotAToken))?;
        value.set_sensitive(true);
        Ok(Self(value, token.to_owned()))
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Token(…)")
    }
}

impl Token {
    /// Whether a request brings it, in its header or its query; otherwise the status that says so.
    fn check(&self, request: &Request) -> Result<(), StatusCode> {
        let header = request
            .headers()
            .get(AUTHORIZATION)
            .map(HeaderValue::as_bytes);
        let query = request.uri().query().unwrap_or_default().split('&');
        let mut query = query.filter_map(|pair| pair.strip_prefix("access_token="));
        let brought = match (header, query.next()) {
            (Some(header), _) => {
                let bearer = header
                    .strip_prefix(b"Bearer ")
                    .or(header.strip_prefix(b"bearer "));
                bearer.map(<[u8]>::to_vec)
            }
            (None, Some(escaped)) => Some(percent_decode_str(escaped).collect()),
            (None, None) => return Err(StatusCode::UNAUTHORIZED),
        };
        match brought {
            Some(token) if same(&token, self.1.as_bytes()) => Ok(()),
            _ => Err(StatusCode::FORBIDDEN),
        }
    }
}

/// Whether two secrets are equal. It takes as long whatever they share, so that nobody learns a token byte by byte.
fn same(one: &[u8], other: &[u8]) -> bool {
    let differences = one
        .iter()
        .zip(other)
        .fold(0, |all, (one, other)| all | (one ^ other));
    one.len() == other.len() && differences == 0
}

/// Who may connect, and what for.
#[derive(Clone, Debug)]
pub enum Door {
    /// An implementation's: the path says what a connection carries.
    Forward,
    /// A bot's: a header says it.
    Reverse,
}

/// Accepts a WebSocket, if the token is right.
///
/// # Errors
///
/// If it is not, or the other end speaks something else. It was told so, in HTTP.
pub async fn accept<W: Wire>(
    wire: W,
    token: Option<&Token>,
    door: &Door,
) -> Result<(Socket<W>, Carries, Option<u64>), Error> {
    let (mut carries, mut self_id) = (Carries::Both, None);
    // The signature is the library's.
    #[expect(clippy::result_large_err)]
    let check = |request: &Request, response: Response| -> Result<Response, ErrorResponse> {
        let checked = token.map_or(Ok(()), |token| token.check(request));
        let found = match door {
            Door::Forward => Carries::at_path(request.uri().path()),
            Door::Reverse => Carries::in_role(request.headers()),
        };
        match (checked, found) {
            (Err(status), _) => return Err(refusal(status)),
            (Ok(()), None) => return Err(refusal(StatusCode::NOT_FOUND)),
            (Ok(()), Some(found)) => carries = found,
        }
        let header = request
            .headers()
            .get("X-Self-ID")
            .and_then(|id| id.to_str().ok());
        self_id = header.and_then(|id| id.trim().parse().ok());
        Ok(response)
    };
    let stream = accept_hdr_async_with_config(wire, check, Some(config())).await?;
    Ok((Socket(stream), carries, self_id))
}

fn refusal(status: StatusCode) -> ErrorResponse {
    let mut response = ErrorResponse::new(None);
    *response.status_mut() = status;
    response
}

fn config() -> WebSocketConfig {
    let config = WebSocketConfig::default();
    config
        .max_message_size(Some(LARGEST))
        .max_frame_size(Some(LARGEST))
}

/// A WebSocket that carries JSON.
#[derive(Debug)]
pub struct Socket<W>(pub(super) WebSocketStream<W>);

/// What came.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    /// A frame with JSON in it.
    Frame(Value),
    /// A frame of text that is no JSON.
    Nonsense,
    /// A sign of life.
    Life,
}

/// What a message from the other end is; `None` if it said goodbye.
#[must_use]
pub fn heard(message: Message) -> Option<Heard> {
    Some(match message {
        Message::Text(text) => serde_json::from_str(&text).map_or(Heard::Nonsense, Heard::Frame),
        Message::Binary(bytes) => {
            serde_json::from_slice(&bytes).map_or(Heard::Nonsense, Heard::Frame)
        }
        Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => Heard::Life,
        Message::Close(_) => return None,
    })
}

/// A frame with JSON in it.
#[must_use]
pub fn frame(json: &Value) -> Message {
    Message::text(json.to_string())
}

//! The flags that `serve` and `bot` share.

use std::{
    fmt::Display,
    fs,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    str::FromStr,
};

use ch15_group_verification::onebot::{
    socket::{Address, Token},
    texts::Texts,
};
use lexopt::Parser;

use crate::ending::{Ended, Ending};

/// Who opens the connection.
pub enum End {
    /// The other end.
    Listen(SocketAddr),
    /// This one.
    Connect(Address),
}

/// Where nobody else listens.
pub fn any_port() -> End {
    End::Listen((Ipv4Addr::LOCALHOST, 0).into())
}

/// An address to listen on.
pub fn address(parser: &mut Parser, flag: &str) -> Ended<SocketAddr> {
    let value = parser.value()?;
    let address = value.to_str().and_then(|value| value.parse().ok());
    address.ok_or_else(|| {
        let value = value.display();
        let words = format!("{flag} takes an address such as 127.0.0.1:6700, not '{value}'");
        Ending::Wrong(words)
    })
}

/// A value whose error says what was expected.
pub fn parsed<T: FromStr<Err: Display>>(parser: &mut Parser, flag: &str) -> Ended<T> {
    let value = parser.value()?;
    let value = value.to_string_lossy();
    let parsed = value.parse::<T>();
    parsed.map_err(|expected| Ending::Wrong(format!("{flag} takes {expected}, not '{value}'")))
}

/// A token, which is not repeated in words.
pub fn token(parser: &mut Parser) -> Ended<Token> {
    let value = parser.value()?;
    let token = value.to_string_lossy().parse();
    token.map_err(|expected| {
        Ending::Wrong(format!("--token takes {expected}, and got something else"))
    })
}

/// The words of the bot.
pub fn texts(parser: &mut Parser) -> Ended<Texts> {
    let (path, text) = text(parser, "--texts")?;
    let texts = text.parse::<Texts>();
    texts.map_err(|error| Ending::Wrong(format!("--texts '{}': {error}", path.display())))
}

/// A file, whole.
pub fn text(parser: &mut Parser, flag: &str) -> Ended<(PathBuf, String)> {
    let path = PathBuf::from(parser.value()?);
    match fs::read_to_string(&path) {
        Ok(text) => Ok((path, text)),
        Err(error) => Err(Ending::Wrong(format!(
            "{flag} '{}': {error}",
            path.display()
        ))),
    }
}

//! A future that refers to itself, moved and not moved: what `Pin` is for.

use std::{
    pin::{Pin, pin},
    task::{Context, Poll, Waker},
};

use tracing::info;

use crate::machine::Rest;

/// A letter by hand. At its first poll it notes where in memory its text lies, as a reference would. It is
/// `Unpin`, so anybody may move it.
#[derive(Debug, Default)]
pub struct Letter {
    text: [u8; 16],
    noted: Option<usize>,
}

impl Future for Letter {
    /// Whether the text still lies where the note says.
    type Output = bool;

    fn poll(mut self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<bool> {
        let lies = (&raw const self.text).addr();
        match self.noted.replace(lies) {
            None => Poll::Pending,
            Some(noted) => Poll::Ready(noted == lies),
        }
    }
}

/// Polled twice where it is.
pub fn stays() -> bool {
    let mut letter = Letter::default();
    let _ = poll_once(Pin::new(&mut letter));
    told(poll_once(Pin::new(&mut letter)))
}

/// Polled, put into a box, and polled again there.
pub fn moved_wrong() -> bool {
    let mut letter = Letter::default();
    let _ = poll_once(Pin::new(&mut letter));
    let mut letter = Box::new(letter);
    told(poll_once(Pin::new(&mut *letter)))
}

/// The compiler's: this one really keeps a reference to its own text across the wait.
pub async fn letter() -> bool {
    let text = *b"Dear Ada, I wait";
    let (noted, dear) = ((&raw const text).addr(), &text[..4]);
    Rest(1).await;
    noted == (&raw const text).addr() && dear == b"Dear"
}

/// It is boxed before the first poll, and what moves afterwards is the box.
pub fn boxed() -> bool {
    let mut letter = Box::pin(letter());
    let _ = poll_once(letter.as_mut());
    let mut elsewhere = Vec::from([letter]);
    told(poll_once(elsewhere[0].as_mut()))
}

/// It is pinned in this function, which it cannot leave.
pub fn pinned() -> bool {
    let mut letter = pin!(letter());
    let _ = poll_once(letter.as_mut());
    told(poll_once(letter.as_mut()))
}

fn poll_once<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

fn told(poll: Poll<bool>) -> bool {
    let right = poll == Poll::Ready(true);
    info!(
        "my text lies {}",
        if right {
            "where I noted it"
        } else {
            "elsewhere: the note is wrong"
        }
    );
    right
}

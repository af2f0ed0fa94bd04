//! Does not compile: a future is moved after its first poll.

use std::{
    future::ready,
    pin::pin,
    task::{Context, Waker},
};

async fn letter() -> bool {
    let text = *b"Dear Ada, I wait";
    let dear = &text[..4];
    ready(()).await;
    dear == b"Dear"
}

fn main() {
    let mut context = Context::from_waker(Waker::noop());
    let mut letter = pin!(letter());
    let _ = letter.as_mut().poll(&mut context);
    let _elsewhere = Box::new(*letter);
}

//! Opening, lending and closing.
//!
//! In the order of the lesson: [`session`] is a server that books every session, [`goodbye`] closes one
//! on the last line, [`last_words`] tries it in `Drop`, [`scope`] around what uses it, and [`closer`] in
//! another task. [`exit_stack`] closes several in reverse order; [`service`] starts on one and stops with it.
//! [`wire`] is a connection that can be spoiled, [`pool`] lends out many of them, [`ready_made`] does so
//! with `deadpool`. [`leaks`] are what nobody closes at all.

pub mod closer;
pub mod exit_stack;
pub mod goodbye;
pub mod last_words;
pub mod leaks;
pub mod pool;
pub mod ready_made;
pub mod scope;
pub mod service;
pub mod session;
pub mod wire;

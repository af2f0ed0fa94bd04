//! Who knows when a socket is ready: one thread that asks the system about all of them, and wakes who waits.
//!
//! It knows nothing of executors. A waker is all that it needs, so it serves any.

use std::{
    collections::HashMap,
    io,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    task::Waker,
    thread,
};

use mio::{Events, Interest, Registry, Token, event::Source};

/// Hands out tokens and knows who waits at them. Its thread ends when it is dropped.
pub struct Reactor {
    registry: Registry,
    shared: Arc<Shared>,
    next: AtomicUsize,
}

/// What the thread needs, too.
struct Shared {
    waiting: Mutex<HashMap<Token, [Option<Waker>; 2]>>,
    stopped: AtomicBool,
    /// Wakes the thread. It must last as long as the thread: dropped before, it takes its event with it.
    stop: mio::Waker,
}

/// What somebody waits for.
#[derive(Clone, Copy, Debug)]
pub enum Until {
    /// Bytes to read, or a connection to accept.
    Readable,
    /// Room to write, or a connection that is made.
    Writable,
}

impl Reactor {
    /// Starts the thread.
    ///
    /// # Errors
    ///
    /// The system's, if it gives no poll, no waker or no thread.
    pub fn start() -> io::Result<Arc<Self>> {
        let poll = mio::Poll::new()?;
        let shared = Shared {
            waiting: Mutex::default(),
            stopped: AtomicBool::new(false),
            stop: mio::Waker::new(poll.registry(), Token(0))?,
        };
        let reactor = Self {
            registry: poll.registry().try_clone()?,
            shared: Arc::new(shared),
            next: AtomicUsize::new(1),
        };
        let shared = Arc::clone(&reactor.shared);
        thread::Builder::new()
            .name("reactor".into())
            .spawn(move || watch(poll, &shared))?;
        Ok(Arc::new(reactor))
    }

    /// Has a source watched, under the token that is returned.
    ///
    /// # Errors
    ///
    /// The system's, if it cannot be watched.
    pub fn watch(&self, source: &mut impl Source) -> io::Result<Token> {
        let token = Token(self.next.fetch_add(1, Ordering::Relaxed));
        // Before the system knows it: its first event may come at once.
        self.shared.waiting().insert(token, [None, None]);
        let both = Interest::READABLE | Interest::WRITABLE;
        let registered = self.registry.register(source, token, both);
        registered.inspect_err(|_| drop(self.shared.waiting().remove(&token)))?;
        Ok(token)
    }

    /// Wakes the task when the source may be ready. The last waker counts.
    pub fn wake_when(&self, until: Until, token: Token, waker: &Waker) {
        let waker = Some(waker.clone());
        let before = (self.shared.waiting().get_mut(&token))
            .and_then(|waiting| std::mem::replace(&mut waiting[until as usize], waker));
        // Not under the lock, as below.
        drop(before);
    }

    /// Watches no longer.
    pub fn forget(&self, source: &mut impl Source, token: Token) {
        // It is closed in a moment, which ends the watch as well.
        let _ = self.registry.deregister(source);
        let wakers = self.shared.waiting().remove(&token);
        // A waker may be the last that holds a task, and that task a socket: not under the lock.
        drop(wakers);
    }
}

impl Drop for Reactor {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::Relaxed);
        // Nobody is left who could be told that it failed.
        let _ = self.shared.stop.wake();
    }
}

fn watch(mut poll: mio::Poll, shared: &Shared) {
    let mut events = Events::with_capacity(256);
    while !shared.stopped.load(Ordering::Relaxed) {
        match poll.poll(&mut events, None) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            result => result.expect("the poll is there as long as its thread"),
        }
        for event in &events {
            let ends = event.is_read_closed() || event.is_write_closed() || event.is_error();
            let (read, write) = (event.is_readable(), event.is_writable());
            let mut wakers = [None, None];
            if let Some(waiting) = shared.waiting().get_mut(&event.token()) {
                wakers = [
                    waiting[0].take_if(|_| read || ends),
                    waiting[1].take_if(|_| write || ends),
                ];
            }
            // Not under the lock: a waker may do anything, and drop a socket.
            wakers.into_iter().flatten().for_each(Waker::wake);
        }
    }
}

impl Shared {
    fn waiting(&self) -> MutexGuard<'_, HashMap<Token, [Option<Waker>; 2]>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! Who holds which lock, and who waits for which: a circle is a deadlock, and is told when it closes.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError},
    time::Duration,
};

use stage::Instrument;
use tokio::{
    join,
    sync::{Mutex, MutexGuard},
    time::{error::Elapsed, sleep, timeout},
};
use tracing::{error, info_span};

type Name = &'static str;

/// Who holds and who waits. Whoever is in it has a name of their own, and so has each lock. A name stands for
/// one who does one thing at a time: who waits with one hand can still let go with the other.
#[derive(Clone, Debug, Default)]
pub struct Book(Arc<std::sync::Mutex<Pages>>);

#[derive(Debug, Default)]
struct Pages {
    /// By the lock.
    holds: BTreeMap<Name, Name>,
    /// By whoever waits.
    waits: BTreeMap<Name, Name>,
}

/// A lock with a name, whose use is written down.
#[derive(Debug)]
pub struct Named<T> {
    name: Name,
    book: Book,
    lock: Mutex<T>,
}

/// The value, and the line in the book that ends with it.
#[derive(Debug)]
pub struct Held<'a, T> {
    /// The lock is let go first, the line struck out then: the book may name who has just gone, and
    /// forgets nobody who is there.
    pub value: MutexGuard<'a, T>,
    _line: Line<'a>,
}

#[derive(Debug)]
struct Line<'a> {
    book: &'a Book,
    who: Name,
    /// Of a lock that is held; otherwise one that is waited for.
    holds: Option<Name>,
}

impl<T> Named<T> {
    /// A lock of this name.
    #[must_use]
    pub fn new(book: &Book, name: Name, value: T) -> Self {
        let (book, lock) = (book.clone(), Mutex::new(value));
        Self { name, book, lock }
    }

    /// Waits for the lock, and tells if that closes a circle.
    ///
    /// # Cancel safety
    ///
    /// Dropped, it has no longer any line in the book; the place in the lock's queue is lost.
    pub async fn lock(&self, who: Name) -> Held<'_, T> {
        let book = &self.book;
        book.pages().waits.insert(who, self.name);
        let waits = Line {
            book,
            who,
            holds: None,
        };
        if let Some(circle) = book.circle(who) {
            error!("deadlock: {circle}");
        }
        let value = self.lock.lock().await;
        book.pages().holds.insert(self.name, who);
        let holds = Some(self.name);
        drop(waits);
        Held {
            value,
            _line: Line { book, who, holds },
        }
    }
}

impl Book {
    /// From this one to the lock that is waited for, to who holds it, and so on: does it lead back?
    #[must_use]
    pub fn circle(&self, first: Name) -> Option<String> {
        let pages = self.pages();
        let mut told = Vec::new();
        let mut who = first;
        // Whoever is met twice without being the first waits outside of the circle.
        while told.len() <= pages.waits.len() {
            let lock = pages.waits.get(who)?;
            let holder = pages.holds.get(lock)?;
            told.push(format!("{who} waits for {lock}, which {holder} holds"));
            who = holder;
            if who == first {
                return Some(told.join("; "));
            }
        }
        None
    }

    fn pages(&self) -> std::sync::MutexGuard<'_, Pages> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Line<'_> {
    fn drop(&mut self) {
        let mut pages = self.book.pages();
        match self.holds {
            // The next may already stand there.
            Some(lock) if pages.holds.get(lock) == Some(&self.who) => {
                pages.holds.remove(lock);
            }
            Some(_) => {}
            None => {
                pages.waits.remove(self.who);
            }
        }
    }
}

/// Three cooks and three tools; each takes one and then wants that of the next. Given up after ten seconds.
///
/// # Errors
///
/// If they are.
pub async fn three_cooks_wrong(book: &Book) -> Result<(), Elapsed> {
    let [knife, pan, salt] = ["knife", "pan", "salt"].map(|name| Named::new(book, name, ()));
    let all = async {
        join!(
            cook("Ann", &knife, &pan),
            cook("Bert", &pan, &salt),
            cook("Cleo", &salt, &knife),
        );
    };
    timeout(Duration::from_secs(10), all).await
}

async fn cook(who: Name, first: &Named<()>, second: &Named<()>) {
    async {
        let _first = first.lock(who).await;
        sleep(Duration::from_secs(1)).await;
        let _second = second.lock(who).await;
    }
    .instrument(info_span!("cook", who))
    .await;
}

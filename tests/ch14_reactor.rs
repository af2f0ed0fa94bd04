//! Proofs of chapter 14: a reactor that is dropped ends its thread. Alone in its process, as it counts threads.
#![cfg(target_os = "linux")]

use std::{fs, thread, time::Duration};

use ch14_executor::reactor::Reactor;

#[test]
fn reactor_that_is_dropped_ends_its_thread() {
    let threads = || fs::read_dir("/proc/self/task").unwrap().count();
    let before = threads();
    let reactors: Vec<_> = (0..20).map(|_| Reactor::start().unwrap()).collect();
    assert_eq!(threads(), before + 20);
    drop(reactors);
    let ended = (0..100).any(|_| {
        thread::sleep(Duration::from_millis(5));
        threads() == before
    });
    assert!(ended, "{} threads are left", threads() - before);
}

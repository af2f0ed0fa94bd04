//! A wake that is lost, because somebody else on the thread took it.

use std::{future::poll_fn, pin::Pin, sync::mpsc, task::Poll, thread, time::Duration};

use crate::executor_1;

/// How long an errand is waited for that takes a moment.
const PATIENCE: Duration = Duration::from_millis(200);
const A_MOMENT: Duration = Duration::from_millis(10);

/// One of the functions that run a future to its end.
pub type BlockOn = fn(Pin<Box<dyn Future<Output = ()>>>);

/// The `block_on` of chapter 1, which looks for wakes where everybody may take them.
pub const OF_CHAPTER_1_WRONG: BlockOn = ch01_await::polls::block_on;
/// Ours, with a flag that nobody else knows.
pub const OF_STEP_1: BlockOn = executor_1::block_on;

/// Whether an errand ends. One that does not is helped, so that its thread can end.
pub fn ends(block_on: BlockOn) -> bool {
    let (over, hears) = mpsc::channel();
    let thread = thread::spawn(move || {
        block_on(Box::pin(errand()));
        // Nobody may listen any more.
        let _ = over.send(());
    });
    let ends = hears.recv_timeout(PATIENCE).is_ok();
    thread.thread().unpark();
    thread.join().is_ok() && ends
}

/// Is ready at its second poll, and asks for it during the first one.
async fn errand() {
    let mut asked = false;
    poll_fn(|context| {
        if asked {
            return Poll::Ready(());
        }
        asked = true;
        context.waker().wake_by_ref();
        // Waits for the thread inside, and to wait it parks.
        thread::scope(|scope| {
            scope.spawn(|| thread::sleep(A_MOMENT));
        });
        Poll::Pending
    })
    .await;
}

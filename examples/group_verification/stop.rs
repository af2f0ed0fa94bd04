//! What signals do: the first asks to stop, the second insists.

use std::{io, sync::Arc, thread};

use ch06_queues::signals::Signals;
use tokio::{runtime::Builder, sync::Notify};

use crate::{
    ending::{Ended, Ending},
    terminal::{tell, wipe_now},
    unfinished::Unfinished,
};

/// Listens from now on: the first signal is passed on, the second ends the process at once. On
/// the virtual clock, where days take moments, the first does.
///
/// It listens on a thread of its own: one that is busy elsewhere would be deaf.
pub fn listen(on_real_clock: bool, unfinished: &Unfinished) -> Ended<Arc<Notify>> {
    let asked = Arc::new(Notify::new());
    let (told, unfinished) = (Arc::clone(&asked), unfinished.clone());
    let start = || -> io::Result<()> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let mut signals = {
            let _inside = runtime.enter();
            Signals::listen()?
        };
        let follow = async move {
            let first = signals.next().await;
            let mut code = first.exit_code();
            if on_real_clock {
                tell("stopping at the next safe point; once more to stop at once");
                told.notify_one();
                signals.next().await;
                code = 130;
            }
            wipe_now();
            unfinished.exit(code)
        };
        // Ends with the process.
        thread::Builder::new().spawn(move || runtime.block_on(follow))?;
        Ok(())
    };
    match start() {
        Ok(()) => Ok(asked),
        Err(error) => Err(Ending::Failed(format!(
            "cannot listen for signals: {error}"
        ))),
    }
}

//! A service until Ctrl-C or SIGTERM, or for ten seconds. A second signal forces.

use std::{future::pending, io, process::ExitCode, time::Duration};

use ch06_queues::signals::{Signals, StopSignal};
use ch07_cancellation::graceful::{self, Shutdown};
use tokio::time::sleep;

fn main() -> io::Result<ExitCode> {
    stage::acts(|stage| {
        if stage.is_virtual() {
            // No signal comes on the virtual clock: these come by the clock.
            let first = async || {
                sleep(Duration::from_millis(900)).await;
                StopSignal::Interrupt.to_string()
            };
            let second = async {
                sleep(Duration::from_millis(400)).await;
                StopSignal::Interrupt
            };
            let at_once = graceful::leave_at_once_wrong(first());
            stage.play("Wrong: leave at once", at_once);
            stage.play("One signal", graceful::serve(first(), pending()));
            stage.play("A second one forces", graceful::serve(first(), second));
            return Ok(ExitCode::SUCCESS);
        }
        let ended = stage.play("A service: Ctrl-C stops it, twice forces", async {
            // Two listeners, as both hear every signal.
            let (first, mut both) = (Signals::listen()?, Signals::listen()?);
            let stop = first.next_within(Duration::from_secs(10));
            let force = async {
                both.next().await;
                both.next().await
            };
            io::Result::Ok(graceful::serve(stop, force).await)
        })?;
        Ok(exit_code(ended))
    })
}

fn exit_code(ended: Shutdown) -> ExitCode {
    match ended.forced_by {
        Some(signal) => ExitCode::from(signal.exit_code()),
        None => ExitCode::SUCCESS,
    }
}

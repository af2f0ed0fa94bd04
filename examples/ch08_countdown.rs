//! What each poll of a stream answers.

use ch08_streams::countdown::{Countdown, DeafCountdown, watched};
use stage::ms;
use tokio::time::timeout;

fn main() {
    stage::acts(|stage| {
        stage.play("Wrong: nobody is asked to wake it", async {
            let countdown = DeafCountdown::from(3);
            // The time-out is the only thing that wakes this task.
            let _ = timeout(ms(3500), watched(countdown)).await;
        });
        stage.play("A countdown", async { watched(Countdown::from(3)).await });
    });
}

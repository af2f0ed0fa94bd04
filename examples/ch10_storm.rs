//! A hundred clients, an outage from 10 s to 20 s, and the load that the server sees.

use ch10_failure::storm::{Manners, minute};

fn main() {
    stage::acts(|stage| {
        for (title, manners) in [
            ("Doubling pauses", Manners::Doubling),
            ("Doubling pauses with full jitter", Manners::Jitter),
            ("With jitter and a budget", Manners::Budget),
        ] {
            // A minute that nobody has to wait for.
            let load = stage::virtual_time(minute(manners));
            stage.play(title, async { load.draw() });
        }
    });
}

//! Polls by hand, without a runtime; then a future that nobody wakes, and one that the timer wakes.

use std::time::Duration;

use ch01_await::polls::{self, Kettle};
use stage::Instrument;
use tracing::{info, info_span};

fn main() {
    stage::acts(|stage| {
        // The kettle's thread knows no clock but the real one: on the virtual clock it boils at once.
        let needs = Duration::from_secs(u64::from(!stage.is_virtual()));
        stage.play_blocking("A kettle, and no runtime", || {
            let kettle = Kettle::new(needs).instrument(info_span!("kettle"));
            let polls = polls::block_on(kettle);
            info!("tea after {polls} polls");
        });
        let is_over = stage.play("Pending, and nobody wakes it", polls::forgetful_wrong());
        assert!(is_over.is_ok(), "it is found to be over at the last moment");
        let is_over = stage.play("Pending, and the timer wakes it", polls::woken());
        assert!(is_over.is_ok(), "it is over after a second");
    });
}

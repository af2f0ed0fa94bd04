//! More and more questions for a server that can answer ten a second; then one that can answer four.

use std::time::Duration;

use ch10_failure::overload::{Door, minute};
use tracing::info;

fn main() {
    stage::acts(|stage| {
        let good_day = rush(Duration::from_millis(100));
        stage.play("A server that can answer ten a second", async {
            tell(&good_day);
        });
        let bad_day = rush(Duration::from_millis(250));
        stage.play("The same server on a bad day: four a second", async {
            tell(&bad_day);
        });
    });
}

/// One line for each load, from a minute that nobody has to wait for.
fn rush(work: Duration) -> Vec<String> {
    const OFFERED: [u32; 10] = [2, 4, 6, 8, 10, 12, 14, 16, 20, 40];
    let line = |per_second| {
        let goodput = |door| stage::virtual_time(minute(per_second, work, door)).goodput();
        let doors = [Door::Open, Door::Limit(8), Door::Adaptive].map(goodput);
        format!("{per_second:<5} {}", doors.join(" "))
    };
    OFFERED.map(line).to_vec()
}

fn tell(lines: &[String]) {
    info!("asked  everybody       at most 8       adaptive");
    for line in lines {
        info!("{}", line.trim_end());
    }
}

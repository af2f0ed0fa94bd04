//! The pauses between tries, drawn: one column is an eighth of a second.

use std::time::Duration;

use ch10_failure::{curve::draw, retry::PATIENT};

fn main() {
    stage::play("Five pauses, twenty times", async {
        draw(PATIENT, Duration::from_millis(125));
    });
}

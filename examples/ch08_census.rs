//! A million records, saved a thousand at a time.

use ch08_streams::census::{self, RECORDS};

fn main() {
    stage::acts(|stage| {
        stage.play(
            "Wrong: all in memory first",
            census::collected_wrong(RECORDS),
        );
        stage.play("In chunks", census::chunked(RECORDS));
    });
}

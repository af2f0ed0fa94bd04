//! Batches beside a clock.

use ch08_streams::batches;

fn main() {
    stage::acts(|stage| {
        stage.play(
            "Wrong: a new chunks(3) in every turn",
            batches::anew_wrong(),
        );
        stage.play("One chunks(3) for all turns", batches::kept());
    });
}

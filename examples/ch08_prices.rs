//! A price that many follow.

use ch08_streams::prices;

fn main() {
    stage::acts(|stage| {
        stage.play(
            "Wrong: a gap is taken for the end",
            prices::until_the_first_gap_wrong(),
        );
        stage.play("broadcast: over the gap", prices::over_the_gap());
        stage.play("watch: the latest", prices::latest());
    });
}

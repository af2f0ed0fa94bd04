//! Two weather stations in one stream.

use ch08_streams::stations;

fn main() {
    stage::acts(|stage| {
        stage.play("Wrong: chain", stations::chained_wrong());
        stage.play("select", stations::merged());
        stage.play("zip", stations::zipped());
        stage.play(
            "StreamMap: remove the north when the south speaks",
            stations::by_name(),
        );
    });
}

//! Bags of letters, closed when full, at once, or in time.

use ch08_streams::bags;

fn main() {
    stage::acts(|stage| {
        stage.play("chunks(4)", bags::full());
        stage.play("ready_chunks(4)", bags::ready());
        stage.play("chunks_timeout(4, 500 ms)", bags::patient());
    });
}

//! A goodbye that is left to `Drop`.

use std::error::Error;

use ch09_resources::{last_words, session::Server};

fn main() -> Result<(), Box<dyn Error>> {
    stage::acts(|stage| {
        stage.play(
            "Wrong: Drop waits",
            last_words::waits_wrong(Server::default()),
        )?;
        stage.play(
            "Wrong: Drop spawns",
            last_words::spawns_wrong(Server::default()),
        )?;
        stage.play(
            "Wrong: a full buffer is dropped",
            last_words::buffered_wrong(),
        )?;
        stage.play("Shut down first", last_words::shut_down())?;
        Ok(())
    })
}

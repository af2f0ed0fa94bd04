//! A configuration that is read by many and reloaded by one.

use ch05_locks::config::{self, InvalidConfig};

fn main() -> Result<(), InvalidConfig> {
    stage::acts(|stage| {
        stage.play("A lock for each half (wrong)", config::reload_wrong());
        stage.play("One pointer", config::reload())
    })
}

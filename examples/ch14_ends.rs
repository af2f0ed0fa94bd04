//! Three tasks, and what ends them: nothing, an abort, their owner, the executor.

use ch14_executor::{ends, on_stage::ours};

fn main() {
    stage::acts(|stage| stage.play_on("Three tasks", ours, ends::three()));
}

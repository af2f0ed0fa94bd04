//! Stop a part, then the whole.

use async_workbook::{ch07_cancellation::tree, stage};

fn main() {
    stage::acts(|stage| {
        stage.play("Wrong: clones", tree::clones_wrong());
        stage.play("Children", tree::branches());
    });
}

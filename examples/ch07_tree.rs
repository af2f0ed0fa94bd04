//! Stop a part, then the whole.

use ch07_cancellation::tree;

fn main() {
    stage::acts(|stage| {
        stage.play("Wrong: clones", tree::clones_wrong());
        stage.play("Children", tree::branches());
    });
}

//! A future that notes where it lies: it stays, it is moved, it is boxed, it is pinned.

use ch14_executor::letter::{boxed, moved_wrong, pinned, stays};

fn main() {
    stage::acts(|stage| {
        stage.play_blocking("By hand, left where it is", stays);
        stage.play_blocking("By hand, moved after the first poll", moved_wrong);
        stage.play_blocking("The compiler's, in a box that is moved", boxed);
        stage.play_blocking("The compiler's, pinned in a function", pinned);
    });
}

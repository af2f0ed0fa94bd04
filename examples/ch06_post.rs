//! A post office closes: the clerk goes home, or closes the slot and empties the box first.

use ch06_queues::post;

fn main() {
    stage::acts(|stage| {
        stage.play("Wrong: the receiver is dropped", post::goes_home_wrong());
        stage.play("Closed, then emptied", post::closes_and_empties());
    });
}

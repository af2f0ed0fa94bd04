//! Six numbers for a queue of one, sent beside a heartbeat.

use ch07_cancellation::offers;

fn main() {
    stage::acts(|stage| {
        stage.play("Wrong: send in select!", offers::send_wrong());
        stage.play("reserve in select!", offers::reserve());
    });
}

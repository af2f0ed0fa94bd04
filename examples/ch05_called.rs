//! Two loaves, two calls, two customers.

use ch05_locks::called;

fn main() {
    stage::acts(|stage| {
        let stuck = stage.play("Not yet in line (wrong)", called::two_calls_wrong());
        assert!(stuck.is_err(), "two calls, and one was kept");
        let done = stage.play("In line", called::two_calls());
        assert!(done.is_ok(), "a call for each");
    });
}

//! Five tasks need a connection, and one of them opens it.

use ch05_locks::once;

fn main() {
    stage::acts(|stage| {
        stage.play("Everybody looks (wrong)", once::five_tasks_wrong());
        stage.play("Once", once::five_tasks_once());
    });
}

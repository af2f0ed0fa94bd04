//! Five tasks need a connection, and one of them opens it.

use async_workbook::{ch05_locks::once, stage};

fn main() {
    stage::acts(|stage| {
        stage.play("Everybody looks (wrong)", once::five_tasks_wrong());
        stage.play("Once", once::five_tasks_once());
    });
}

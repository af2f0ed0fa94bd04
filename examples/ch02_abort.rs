//! `abort` asks a task to stop; the runtime's next turn does it.

use async_workbook::{ch02_tasks::life, stage};

fn main() {
    stage::play("Abort, look, give way, look", life::aborted());
}

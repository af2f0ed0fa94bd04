//! `abort` asks a task to stop; the runtime's next turn does it.

use ch02_tasks::life;

fn main() {
    stage::play("Abort, look, give way, look", life::aborted());
}

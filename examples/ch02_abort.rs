//! `abort` asks a task to stop; the runtime's next turn does it.

use ch02_tasks::abort;

fn main() {
    stage::play("Abort, look, give way, look", abort::in_its_sleep());
}

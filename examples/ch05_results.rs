//! One list of results for five tasks, one of which fails.

use ch05_locks::results;

fn main() {
    stage::acts(|stage| {
        stage.play("Lock it", results::locked());
        stage.play("Send to it", results::sent());
        stage.play("Return instead", results::returned());
    });
}

//! One list of results for five tasks, one of which fails.

use async_workbook::{ch05_locks::results, stage};

fn main() {
    stage::acts(|stage| {
        stage.play("Lock it", results::locked());
        stage.play("Send to it", results::sent());
        stage.play("Return instead", results::returned());
    });
}

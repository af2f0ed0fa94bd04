//! Jobs of different size share a budget, first come, first served.

use async_workbook::{ch04_semaphores::weights, stage};

fn main() {
    stage::play("Four gigabytes", weights::four_gigabytes());
}

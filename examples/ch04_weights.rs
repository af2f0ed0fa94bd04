//! Jobs of different size share a budget, first come, first served.

use ch04_semaphores::weights;

fn main() {
    stage::play("Four gigabytes", weights::four_gigabytes());
}

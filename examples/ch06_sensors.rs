//! Three sensors, two processors, and a board that shows the counts.

use ch06_queues::{queue::BadCapacity, sensors};

fn main() -> Result<(), BadCapacity> {
    stage::play("Sensors", sensors::run(4)).map(drop)
}

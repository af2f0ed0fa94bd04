//! Three sensors, two processors, and a board that shows the counts.

use async_workbook::{
    ch06_queues::{queue::BadCapacity, sensors},
    stage,
};

fn main() -> Result<(), BadCapacity> {
    stage::play("Sensors", sensors::run(4)).map(drop)
}

//! Three ways to be dropped.

use async_workbook::{ch07_cancellation::dropping, stage};

fn main() {
    stage::play("Three ways to be dropped", dropping::three_ways());
}

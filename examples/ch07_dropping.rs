//! Three ways to be dropped.

use ch07_cancellation::dropping;

fn main() {
    stage::play("Three ways to be dropped", dropping::three_ways());
}

//! Five orders, two of which have come after five seconds: a list of those that are alive.

use ch12_observing::{alive::Alive, late::with_a_list};

fn main() {
    let alive = Alive::default();
    stage::heard_by(alive.clone(), || {
        stage::play("Five orders", with_a_list(&alive));
    });
}

//! A car, a room and a seat: all of them, or none.

use ch03_gather::trip::{cheapest, hotels, joined, planned, try_joined};

fn main() {
    let full: &[u32] = &[];
    stage::acts(|stage| {
        let _ = stage.play("join!, then look: no room", planned(joined(full)));
        let _ = stage.play("try_join!: no room", planned(try_joined(full)));
        let hotels = hotels();
        stage.play("join_all: any number of hotels", cheapest(&hotels));
    });
}

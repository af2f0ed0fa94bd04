//! Five pictures, two at a time.

use ch03_gather::gallery::{Host, as_they_come, each_with_its_frame, in_order, on_page, unbounded};

fn main() {
    let host = Host::default();
    stage::acts(|stage| {
        stage.play("join_all: all at once", on_page(unbounded(&host)));
        stage.play("buffered(2)", on_page(in_order(&host)));
        stage.play("buffer_unordered(2)", on_page(as_they_come(&host)));
        stage.play(
            "for_each_concurrent(2): fetch, then frame",
            on_page(each_with_its_frame(&host)),
        );
    });
}

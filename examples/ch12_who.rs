//! Three cooks, three tools, and a book that says who waits for whom.

use ch12_observing::who::{Book, three_cooks_wrong};

fn main() {
    stage::play("Three cooks (a deadlock)", async {
        let _given_up = three_cooks_wrong(&Book::default()).await;
    });
}

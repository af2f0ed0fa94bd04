//! A report that ends in four ways, and a session that should be closed in each of them.

use ch09_resources::goodbye::{before_looking, books, four_endings, last_line_wrong};

fn main() {
    stage::acts(|stage| {
        stage.play("Wrong: closed on the last line", async {
            books(four_endings(last_line_wrong).await)
        });
        stage.play("Closed before looking at the result", async {
            books(four_endings(before_looking).await)
        });
    });
}

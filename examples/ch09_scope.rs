//! The report inside of a scope that closes.

use ch09_resources::{
    goodbye::{books, four_endings},
    scope::scoped,
};

fn main() {
    stage::play("A scope opens, lends and closes", async {
        books(four_endings(scoped).await)
    });
}

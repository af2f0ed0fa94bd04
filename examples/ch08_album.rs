//! An album of three pages in three shapes.

use ch08_streams::album;

fn main() {
    stage::acts(|stage| {
        stage.play("A future of a list", album::show_list());
        stage.play(
            "An iterator of futures: five pages guessed",
            album::show_guessed_wrong(5),
        );
        stage.play("A stream", album::show_pages());
    });
}

//! The first of several wins, and the others are dropped.

use ch03_gather::mirrors::{
    MIRRORS, all, click_after, first_answer, first_copy, saved, unless_cancelled,
};

fn main() {
    stage::acts(|stage| {
        let _ = stage.play("join_all: two copies, one too many", saved(all(&MIRRORS)));
        let _ = stage.play(
            "select_all: the first answer",
            saved(first_answer(&MIRRORS)),
        );
        let _ = stage.play("select_ok: the first success", saved(first_copy(&MIRRORS)));
        let download = unless_cancelled(&MIRRORS[0], click_after(2));
        stage.play("select!: a download or a click", download);
    });
}

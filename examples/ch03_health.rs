//! One of three checks goes wrong. What did the other two find?

use ch03_gather::health::{
    Answer, all_or_nothing, each, each_a_task, round, services, short_round,
};

fn main() {
    let unwell = services(Answer::Status(503));
    let buggy = services(Answer::Gibberish);
    stage::acts(|stage| {
        let _ = stage.play(
            "try_join_all: the first failure ends it",
            short_round(all_or_nothing(&unwell)),
        );
        stage.play("join_all: one result each", round(each(&unwell)));
        stage.play(
            "JoinSet: even if a check panics",
            round(each_a_task(&buggy)),
        );
    });
}

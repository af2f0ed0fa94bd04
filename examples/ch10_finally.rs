//! Four dinners, and who clears the table.

use ch10_failure::finally::{MEALS, before_the_question_mark, dinner, guarded, last_line_wrong};

fn main() {
    stage::acts(|stage| {
        stage.play("In the last line", async {
            for meal in MEALS {
                dinner(meal, last_line_wrong(meal)).await;
            }
        });
        stage.play("In front of the question mark", async {
            for meal in MEALS {
                dinner(meal, before_the_question_mark(meal)).await;
            }
        });
        stage.play("By a guard", async {
            for meal in MEALS {
                dinner(meal, guarded(meal)).await;
            }
        });
    });
}

//! Breakfast: the coffee takes three seconds, the toast two. Both machines could run by
//! themselves, but the toast is put in only when the coffee is ready.
//!
//! Goal: make each of them a task of its own; breakfast is ready after three seconds.
//!
//! Lesson: `chapters/ch02_tasks/README.md`, "Breakfast: two things at once"

use std::time::Duration;

use stage::Instrument;
use tokio::{task, time::sleep};
use tracing::{info, info_span};

async fn breakfast() -> (Served, Served) {
    // TODO: two tasks instead of two awaits in a row.
    let coffee = make("coffee", 3).await;
    let toast = make("toast", 2).await;
    (coffee, toast)
}

/// Something to eat or drink, and the task that made it.
struct Served {
    what: &'static str,
    made_by: Option<task::Id>,
}

async fn make(what: &'static str, seconds: u64) -> Served {
    async {
        sleep(Duration::from_secs(seconds)).await;
        info!("ready");
        Served {
            what,
            made_by: task::try_id(),
        }
    }
    .instrument(info_span!("make", what))
    .await
}

fn main() {
    stage::play("Breakfast", breakfast());
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn coffee_and_toast_are_two_tasks() {
        let played = stage::record(breakfast());
        let happened = played.what_happened();

        let (coffee, toast) = &played.value;
        assert_eq!(
            (coffee.what, toast.what),
            ("coffee", "toast"),
            "the coffee first, then the toast"
        );
        assert!(
            coffee.made_by.is_some() && toast.made_by.is_some(),
            "each should be made by a task of its own, not by breakfast itself{happened}"
        );
        assert_ne!(
            coffee.made_by, toast.made_by,
            "one task makes both: there should be two{happened}"
        );
        for (what, takes) in [("toast", 2), ("coffee", 3)] {
            let ready = played.told(&format!("make {what}"));
            assert_eq!(
                ready,
                [(s(takes), "ready")],
                "the {what} takes {takes} s and should be begun at once{happened}"
            );
        }
        let elapsed = played.elapsed;
        assert!(
            elapsed == s(3),
            "breakfast takes 3 s, as long as the coffee; here it took {elapsed:?}{happened}"
        );
    }
}

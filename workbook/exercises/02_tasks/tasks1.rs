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

    #[test]
    fn coffee_and_toast_are_two_tasks() {
        let played = stage::record(breakfast());

        let (coffee, toast) = &played.value;
        assert_eq!((coffee.what, toast.what), ("coffee", "toast"));
        assert!(
            coffee.made_by.is_some() && toast.made_by.is_some(),
            "it should run as a task of its own, not inside of breakfast"
        );
        assert_ne!(coffee.made_by, toast.made_by, "two tasks, not one");
        assert_eq!(
            played.told("make toast"),
            [(Duration::from_secs(2), "ready")],
            "the toast should not wait for the coffee"
        );
        assert_eq!(
            played.told("make coffee"),
            [(Duration::from_secs(3), "ready")]
        );
        assert_eq!(played.elapsed, Duration::from_secs(3));
    }
}

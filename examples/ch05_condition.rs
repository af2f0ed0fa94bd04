//! Customers wait until there is bread.

use ch05_locks::condition;

fn main() {
    stage::acts(|stage| {
        let stuck = stage.play(
            "Looks, then listens (wrong)",
            condition::one_customer_wrong(),
        );
        assert!(stuck.is_err(), "the news came in between");
        let done = stage.play("Listens, then looks", condition::customers(2));
        assert!(done.is_ok(), "a loaf for each");
        let done = stage.play("Watches the number", condition::customers_watching(2));
        assert!(done.is_ok(), "a loaf for each");
    });
}

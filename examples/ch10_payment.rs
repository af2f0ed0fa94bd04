//! A payment whose answer, or whose question, is lost.

use std::time::Duration;

use ch10_failure::payment::{
    Bank, Key, Line, Order, if_still_wanted, told, twice_wrong, with_a_key,
};

fn main() {
    stage::acts(|stage| {
        let bank = Bank::behind(Line::AnswerLost);
        let _ = stage.play("Asked again", told(&bank, twice_wrong(&bank, 30)));

        let bank = Bank::behind(Line::AnswerLost);
        let _ = stage.play(
            "Asked again with a key",
            told(&bank, with_a_key(&bank, Key(7), 30)),
        );

        let (bank, order) = (Bank::behind(Line::RequestLost), Order::default());
        stage.play("With a key, and the order is cancelled", async {
            let paid = told(&bank, with_a_key(&bank, Key(7), 30));
            let _ = tokio::join!(paid, order.cancel_after(Duration::from_millis(2500)));
        });

        let (bank, order) = (Bank::behind(Line::AnswerLost), Order::default());
        stage.play("With a key, if it is still wanted", async {
            let paid = told(&bank, if_still_wanted(&bank, &order, Key(7), 30));
            let _ = tokio::join!(paid, order.cancel_after(Duration::from_millis(2500)));
        });
    });
}

//! Bank accounts, and a transfer that gives up on one.

use ch05_locks::{
    bank::{self, Refused},
    patience,
};

fn main() -> Result<(), Refused> {
    stage::acts(|stage| {
        stage.play("A day at the bank", bank::a_day())?;
        stage.play(
            "A busy account, in two steps (wrong)",
            patience::busy_account_wrong(),
        );
        stage.play("A busy account", patience::busy_account());
        Ok(())
    })
}

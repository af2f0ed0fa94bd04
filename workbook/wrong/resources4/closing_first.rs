//! Wrong: the troubles of closing hide what came before.

use std::{cell::RefCell, time::Duration};

use tokio::time::sleep;
use tracing::info;

async fn pass<T>(
    canal: &Canal,
    names: &[&'static str],
    ship: impl AsyncFnOnce(&[Gate<'_>]) -> Result<T, Trouble>,
) -> Result<T, Vec<Trouble>> {
    let mut gates = Vec::new();
    let passed = async {
        for name in names {
            gates.push(canal.open(name).await?);
        }
        ship(&gates).await
    }
    .await;
    let mut troubles = Vec::new();
    while let Some(gate) = gates.pop() {
        troubles.extend(gate.close().await.err());
    }
    match passed {
        Ok(value) if troubles.is_empty() => Ok(value),
        passed => Err(troubles.into_iter().chain(passed.err()).collect()),
    }
}

// From here on as in the solution:
// #[derive(Clone, Copy, Debug, PartialEq)]

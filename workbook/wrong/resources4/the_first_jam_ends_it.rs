//! Wrong: the gates behind a jam stay open.

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
        if let Err(jammed) = gate.close().await {
            troubles.push(jammed);
            break;
        }
    }
    match passed {
        Ok(value) if troubles.is_empty() => Ok(value),
        passed => Err(passed.err().into_iter().chain(troubles).collect()),
    }
}

// From here on as in the solution:
// #[derive(Clone, Copy, Debug, PartialEq)]

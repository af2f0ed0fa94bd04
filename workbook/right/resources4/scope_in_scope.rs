//! Right: each gate is a scope around the rest.

use std::{cell::RefCell, time::Duration};

use tokio::time::sleep;
use tracing::info;

use futures::{FutureExt, future::LocalBoxFuture};

async fn pass<T>(
    canal: &Canal,
    names: &[&'static str],
    ship: impl AsyncFnOnce(&[Gate<'_>]) -> Result<T, Trouble>,
) -> Result<T, Vec<Trouble>> {
    let (mut gates, mut troubles) = (Vec::new(), Vec::new());
    let mut passed = None;
    let mut opened = Ok(());
    for name in names {
        match canal.open(name).await {
            Ok(gate) => gates.push(gate),
            Err(stuck) => {
                opened = Err(stuck);
                break;
            }
        }
    }
    match opened {
        Ok(()) => match ship(&gates).await {
            Ok(value) => passed = Some(value),
            Err(aground) => troubles.push(aground),
        },
        Err(stuck) => troubles.push(stuck),
    }
    troubles.extend(close_behind(gates).await);
    match passed {
        Some(value) if troubles.is_empty() => Ok(value),
        _ => Err(troubles),
    }
}

fn close_behind(mut gates: Vec<Gate<'_>>) -> LocalBoxFuture<'_, Vec<Trouble>> {
    async move {
        let Some(last) = gates.pop() else {
            return Vec::new();
        };
        let mut troubles: Vec<_> = last.close().await.err().into_iter().collect();
        troubles.extend(close_behind(gates).await);
        troubles
    }
    .boxed_local()
}

// From here on as in the solution:
// #[derive(Clone, Copy, Debug, PartialEq)]

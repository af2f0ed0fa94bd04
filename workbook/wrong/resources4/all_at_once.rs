//! Wrong: closes all gates at the same time.

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
    gates.reverse();
    let closed = futures::future::join_all(gates.into_iter().map(Gate::close)).await;
    let troubles: Vec<_> = closed.into_iter().filter_map(Result::err).collect();
    match passed {
        Ok(value) if troubles.is_empty() => Ok(value),
        passed => Err(passed.err().into_iter().chain(troubles).collect()),
    }
}

// From here on as in the solution:
// #[derive(Clone, Copy, Debug, PartialEq)]

//! Right: a stream of closings, one after the other.

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
    use futures::{StreamExt, stream};
    let closings = stream::iter(gates.into_iter().rev()).then(Gate::close);
    let troubles: Vec<_> = closings
        .filter_map(|closed| std::future::ready(closed.err()))
        .collect()
        .await;
    match passed {
        Ok(value) if troubles.is_empty() => Ok(value),
        passed => Err(passed.err().into_iter().chain(troubles).collect()),
    }
}

// From here on as in the solution:
// #[derive(Clone, Copy, Debug, PartialEq)]

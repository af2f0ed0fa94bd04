//! Right: a film that was spoilt goes back into the line, with its tries.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use futures::future::join;
use tokio::{
    sync::mpsc,
    task::JoinHandle,
    time::{sleep, timeout},
};
use tracing::info;

const PATIENCE: Duration = Duration::from_secs(1);

async fn develop_all(lab: &Lab, films: &[&'static str]) -> Vec<&'static str> {
    let left: Vec<_> = films.iter().rev().map(|film| (*film, 1)).collect();
    let (left, given_up) = (Mutex::new(left), Mutex::new(Vec::new()));
    let place = || async {
        let mut ready = None;
        loop {
            let next = left.lock().unwrap().pop();
            let Some((film, tries)) = next else { break };
            let mut machine = ready.take().unwrap_or_else(|| Machine::start(lab));
            match timeout(PATIENCE, machine.develop(film)).await {
                Ok(Ok(_)) => ready = Some(machine),
                Ok(Err(Broken)) | Err(_) => {
                    machine.switch_off().await;
                    lab.throw_away(film);
                    if tries < 3 {
                        left.lock().unwrap().push((film, tries + 1));
                    } else {
                        given_up.lock().unwrap().push(film);
                    }
                }
            }
        }
        if let Some(machine) = ready {
            machine.switch_off().await;
        }
    };
    join(place(), place()).await;
    let given_up = given_up.into_inner().unwrap();
    let is_given_up = |film: &&'static str| given_up.contains(film);
    films.iter().copied().filter(is_given_up).collect()
}

// From here on as in the solution:
// /// The laboratory: which machines are on, and the prints on the shelf.

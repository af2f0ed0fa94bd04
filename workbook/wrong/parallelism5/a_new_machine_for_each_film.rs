//! Wrong: switches off machines that are well.

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
    let left = Mutex::new(films.iter().copied());
    let (one, other) = join(place(lab, &left), place(lab, &left)).await;
    let is_given_up = |film: &&'static str| one.contains(film) || other.contains(film);
    films.iter().copied().filter(is_given_up).collect()
}

/// Where one machine stands at a time. Returns the films that were given up.
async fn place(lab: &Lab, left: &Mutex<impl Iterator<Item = &'static str>>) -> Vec<&'static str> {
    let next = || left.lock().unwrap().next();
    let (mut given_up, mut ready) = (Vec::new(), None);
    'films: while let Some(film) = next() {
        for _ in 0..3 {
            let mut machine = ready.take().unwrap_or_else(|| Machine::start(lab));
            if let Ok(Ok(_)) = timeout(PATIENCE, machine.develop(film)).await {
                machine.switch_off().await;
                continue 'films;
            }
            machine.switch_off().await;
            lab.throw_away(film);
        }
        given_up.push(film);
    }
    if let Some(machine) = ready {
        machine.switch_off().await;
    }
    given_up
}

// From here on as in the solution:
// /// The laboratory: which machines are on, and the prints on the shelf.

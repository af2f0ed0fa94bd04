//! Right: two tasks and a shared line.

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
    let left = Arc::new(Mutex::new(films.to_vec().into_iter()));
    let places = [(); 2].map(|()| tokio::spawn(place(lab.clone(), Arc::clone(&left))));
    let mut lost = Vec::new();
    for place in places {
        lost.extend(place.await.unwrap());
    }
    films
        .iter()
        .copied()
        .filter(|film| lost.contains(film))
        .collect()
}

async fn place(lab: Lab, left: Arc<Mutex<std::vec::IntoIter<&'static str>>>) -> Vec<&'static str> {
    let lab = &lab;
    let next = || left.lock().unwrap().next();
    let (mut given_up, mut ready) = (Vec::new(), None);
    'films: while let Some(film) = next() {
        for _ in 0..3 {
            let mut machine = ready.take().unwrap_or_else(|| Machine::start(lab));
            if let Ok(Ok(_)) = timeout(PATIENCE, machine.develop(film)).await {
                ready = Some(machine);
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

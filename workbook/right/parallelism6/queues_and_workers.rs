//! Right: workers at each stage, queues between them, and a permit for each on its way.

use std::{sync::Arc, time::Duration};

use futures::future::join_all;
use stage::Instrument;
use tokio::{
    sync::{Mutex, OwnedSemaphorePermit, Semaphore, mpsc},
    task::JoinSet,
    time::sleep,
};
use tracing::info_span;

type Item = (u64, OwnedSemaphorePermit);
type Input = Arc<Mutex<mpsc::Receiver<Item>>>;

async fn publish(manuscripts: u64) {
    let inside = Arc::new(Semaphore::new(6));
    let (wanted, to_fetch) = mpsc::channel(1);
    let (fetched, to_translate) = mpsc::channel(6);
    let (translated, to_print) = mpsc::channel(6);
    let mut tasks = JoinSet::new();
    let to_fetch = Arc::new(Mutex::new(to_fetch));
    for _ in 0..3 {
        tasks.spawn(stage(Arc::clone(&to_fetch), fetch, Some(fetched.clone())));
    }
    let to_translate = Arc::new(Mutex::new(to_translate));
    for _ in 0..2 {
        tasks.spawn(stage(
            Arc::clone(&to_translate),
            translate,
            Some(translated.clone()),
        ));
    }
    tasks.spawn(stage(Arc::new(Mutex::new(to_print)), print, None));
    drop((fetched, translated));
    for number in 0..manuscripts {
        let permit = Arc::clone(&inside).acquire_owned().await.unwrap();
        wanted.send((number, permit)).await.unwrap();
    }
    drop(wanted);
    tasks.join_all().await;
}

async fn stage<F: Future<Output = ()>>(
    input: Input,
    step: impl Fn(u64) -> F,
    output: Option<mpsc::Sender<Item>>,
) {
    loop {
        let next = input.lock().await.recv().await;
        let Some((number, permit)) = next else { return };
        step(number).await;
        if let Some(output) = &output {
            output.send((number, permit)).await.unwrap();
        }
    }
}

// From here on as in the solution:
// async fn fetch(number: u64) {

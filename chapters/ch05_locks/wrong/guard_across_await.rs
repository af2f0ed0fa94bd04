use std::sync::Mutex;

async fn add(number: &Mutex<u32>) {
    let mut number = number.lock().unwrap();
    think().await;
    *number += 1;
}

async fn think() {}

/// Stands for `tokio::spawn`: what it is given may move from thread to thread.
fn spawn<F: Future + Send>(_: F) {}

fn main() {
    let number = Mutex::new(0);
    spawn(add(&number));
}

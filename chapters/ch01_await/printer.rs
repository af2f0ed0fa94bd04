//! When something must block: where its thread comes from, what ends it, and what waits for it.

use std::{
    io,
    sync::mpsc::{self, Receiver, Sender},
    thread,
};

use stage::Instrument;
use tokio::{
    runtime::{Builder, Runtime},
    sync::oneshot,
    task::{JoinError, block_in_place, spawn_blocking},
};
use tracing::{info, info_span};

/// What a printer needs for a label.
pub struct Sheet;

/// A driver that knows nothing of `async`: keeps its thread until there is paper in the tray.
/// `None` if nobody is left who could bring some.
pub fn print(label: &'static str, tray: &Receiver<Sheet>) -> Option<&'static str> {
    let Sheet = tray.recv().ok()?;
    info_span!("printer").in_scope(|| info!("prints {label}"));
    Some(label)
}

/// The driver blocks a thread that is there for it, and its caller brings the paper meanwhile.
///
/// # Errors
///
/// If the driver panics.
pub async fn on_another_thread() -> Result<Option<&'static str>, JoinError> {
    let (paper, tray) = mpsc::channel();
    let label = spawn_blocking(move || print("plum jam", &tray));
    info!("not stuck: here is the paper");
    let _ = paper.send(Sheet);
    label.await
}

/// Aborts the driver while it waits for paper, and then brings some.
///
/// # Errors
///
/// If the driver panics; not by the abort, which comes too late.
pub async fn aborted_wrong() -> Result<Option<&'static str>, JoinError> {
    let (paper, tray) = mpsc::channel();
    let (begins, begun) = oneshot::channel();
    let label = spawn_blocking(move || {
        let _ = begins.send(());
        print("plum jam", &tray)
    });
    let _ = begun.await;
    label.abort();
    info!("aborted");
    let _ = paper.send(Sheet);
    label.await
}

/// The driver blocks the thread that polls this future; a task brings the paper meanwhile.
///
/// # Panics
///
/// On a current-thread runtime: nobody else could run that task.
pub async fn in_place() -> Option<&'static str> {
    let (paper, tray) = mpsc::channel();
    let helper = tokio::spawn(async move { paper.send(Sheet) });
    let label = block_in_place(|| print("plum jam", &tray));
    let _ = helper.await;
    label
}

/// [`in_place`] as a task.
///
/// # Errors
///
/// On a current-thread runtime always: the panic, as the task's result.
pub async fn in_place_as_a_task() -> Result<Option<&'static str>, JoinError> {
    tokio::spawn(in_place().instrument(info_span!("in place"))).await
}

/// Whether the label is out when the runtime under the driver has been dropped.
///
/// # Errors
///
/// If the system grants no runtime.
pub fn is_printed_after_drop() -> io::Result<bool> {
    let Shop {
        runtime,
        paper,
        label,
    } = Shop::open()?;
    let helper = thread::spawn(move || paper.send(Sheet));
    drop(runtime);
    let is_printed = label.try_recv().is_ok();
    let _ = helper.join();
    Ok(is_printed)
}

/// Whether the label is out when the runtime under the driver was told to wait for nothing.
///
/// # Errors
///
/// If the system grants no runtime.
pub fn is_printed_after_shutdown_background() -> io::Result<bool> {
    let Shop {
        runtime,
        paper,
        label,
    } = Shop::open()?;
    runtime.shutdown_background();
    let is_printed = label.try_recv().is_ok();
    // Only now: until here the driver has had nothing to print on.
    let _ = paper.send(Sheet);
    Ok(is_printed)
}

/// A runtime whose printer waits for paper.
struct Shop {
    runtime: Runtime,
    paper: Sender<Sheet>,
    /// The label, when it is out.
    label: Receiver<&'static str>,
}

impl Shop {
    fn open() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().build()?;
        let (paper, tray) = mpsc::channel();
        let (out, label) = mpsc::channel();
        let (begins, begun) = oneshot::channel();
        runtime.spawn_blocking(move || {
            let _ = begins.send(());
            let label = print("plum jam", &tray)?;
            out.send(label).ok()
        });
        let _ = runtime.block_on(begun);
        Ok(Self {
            runtime,
            paper,
            label,
        })
    }
}

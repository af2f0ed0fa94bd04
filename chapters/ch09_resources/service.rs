//! A service: starts in order, says when it is ready, runs, drains, and cleans up in reverse order.

use std::{pin::pin, sync::Arc, time::Duration};

use stage::Instrument;
use tokio::{
    sync::{mpsc, watch},
    task::JoinError,
    time::{sleep, timeout},
};
use tokio_util::{
    sync::CancellationToken,
    task::{AbortOnDropHandle, TaskTracker},
};
use tracing::{info, info_span};

use crate::{
    exit_stack::ExitStack,
    scope::Close,
    session::{Failed, Server, Session},
};

/// How long requests may take after the service was told to stop.
pub const TO_DRAIN: Duration = Duration::from_millis(500);
/// How long each resource may take to be closed.
pub const TO_CLOSE: Duration = Duration::from_millis(500);

/// Where a service is in its life.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// Started, but not told to run yet.
    #[default]
    Started,
    /// Takes requests.
    Ready,
    /// Lets nothing more into the inbox, and finishes what was let in.
    Draining,
    /// Has none, and closes what it uses.
    Closing,
}

/// What a service tells of itself while it runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Board {
    /// Where it is.
    pub phase: Phase,
    /// Requests it has taken.
    pub accepted: u32,
    /// Those it has answered.
    pub answered: u32,
    /// Those that took too long when it was to stop.
    pub cut_off: u32,
}

/// A service that has started and owns all that it needs.
pub struct Service {
    database: Arc<Session>,
    stack: ExitStack,
    board: watch::Sender<Board>,
}

impl Service {
    /// Opens what a service needs, in order: database, cache, and a task that refreshes the cache.
    ///
    /// Cancel safety: dropped before it is done, it drops what is open and stops the task.
    ///
    /// # Errors
    ///
    /// What kept it from starting, and what went wrong when the rest was closed again.
    pub async fn start(server: &Server) -> Result<Self, Vec<Failed>> {
        let mut stack = ExitStack::new(TO_CLOSE);
        match open_all(&mut stack, server).await {
            Ok(database) => Ok(Self {
                database,
                stack,
                board: watch::Sender::default(),
            }),
            Err(error) => Err([vec![error], stack.close().await].concat()),
        }
    }

    /// Where the service can be watched.
    pub fn board(&self) -> watch::Receiver<Board> {
        self.board.subscribe()
    }

    /// Answers what is in the inbox, until it is told to stop or the last sender is gone; then drains
    /// and closes. Returns the last state of the board, and what went wrong when closing.
    ///
    /// A request is the time it takes, besides a query.
    ///
    /// Cancel safety: dropped before it is done, it cuts off its requests and drops what is open.
    pub async fn run(
        self,
        mut inbox: mpsc::Receiver<Duration>,
        stop: impl Future<Output = ()>,
    ) -> (Board, Vec<Failed>) {
        let Self {
            database,
            stack,
            board,
        } = self;
        let requests = TaskTracker::new();
        let cut_off = CancellationToken::new();
        let _if_dropped = cut_off.clone().drop_guard();
        let accept = |takes| {
            board.send_modify(|board| board.accepted += 1);
            let id = board.borrow().accepted;
            let request = answer(Arc::clone(&database), takes, board.clone());
            let request = request.instrument(info_span!("request", id));
            requests.spawn(cut_off.clone().run_until_cancelled_owned(request));
        };

        enter(&board, Phase::Ready);
        let mut stop = pin!(stop);
        loop {
            tokio::select! {
                biased;
                // Not polled again, once it is ready.
                () = &mut stop => break,
                // Cancel safe: a request stays in the inbox.
                request = inbox.recv() => match request {
                    Some(takes) => accept(takes),
                    None => break,
                }
            }
        }

        enter(&board, Phase::Draining);
        let drain = async {
            inbox.close();
            while let Some(takes) = inbox.recv().await {
                accept(takes);
            }
            requests.close();
            requests.wait().await;
        };
        if timeout(TO_DRAIN, drain).await.is_err() {
            cut_off.cancel();
            requests.close();
            requests.wait().await;
        }

        enter(&board, Phase::Closing);
        board.send_modify(|board| board.cut_off = board.accepted - board.answered);
        drop(database);
        let errors = stack.close().await;
        (*board.borrow(), errors)
    }
}

async fn open_all(stack: &mut ExitStack, server: &Server) -> Result<Arc<Session>, Failed> {
    let database = stack.enter(server.open("database")).await?;
    let cache = stack.enter(server.open("cache")).await?;
    let refresher = Refresher::start(cache);
    stack.enter(async { Ok(refresher) }).await?;
    // A service that cannot ask its database is not ready.
    database.query().await?;
    Ok(database)
}

/// Starts as [`Service::start`] does, but hangs up if it fails, and nobody owns the task.
///
/// # Errors
///
/// What kept it from starting.
pub async fn start_wrong(server: &Server) -> Result<Arc<Session>, Failed> {
    let database = Arc::new(server.open("database").await?);
    let cache = Arc::new(server.open("cache").await?);
    tokio::spawn(refresh(cache).instrument(info_span!("refresher")));
    database.query().await?;
    Ok(database)
}

/// A task is a resource: it is opened by spawning, and closed by telling it and waiting.
struct Refresher {
    stop: CancellationToken,
    /// Aborts the task if it is dropped before it is closed.
    task: AbortOnDropHandle<Option<()>>,
}

impl Refresher {
    fn start(cache: Arc<Session>) -> Self {
        let stop = CancellationToken::new();
        let refresh = refresh(cache).instrument(info_span!("refresher"));
        let task = tokio::spawn(stop.clone().run_until_cancelled_owned(refresh));
        let task = AbortOnDropHandle::new(task);
        Self { stop, task }
    }
}

impl Close for Refresher {
    fn name(&self) -> &'static str {
        "refresher"
    }

    async fn close(self) -> Result<(), Failed> {
        self.stop.cancel();
        let ended: Result<_, JoinError> = self.task.await;
        info!("refresher closed");
        ended.map(drop).map_err(|_| Failed::Close("refresher"))
    }
}

async fn refresh(cache: Arc<Session>) {
    loop {
        sleep(Duration::from_millis(300)).await;
        // An old value is better than none, so an error is not the end.
        let _ = cache.query().await;
    }
}

async fn answer(database: Arc<Session>, takes: Duration, board: watch::Sender<Board>) {
    sleep(takes).await;
    // The caller would get the error; the service has done its part either way.
    let _ = database.query().await;
    board.send_modify(|board| board.answered += 1);
    info!("answered");
}

fn enter(board: &watch::Sender<Board>, phase: Phase) {
    info!("{phase:?}");
    board.send_modify(|board| board.phase = phase);
}

/// A day of a service: ready when everything is open, three requests, one of them slow; told to stop
/// after 700 ms.
///
/// # Errors
///
/// If it does not start.
pub async fn day(server: &Server, slow: Duration) -> Result<(Board, Vec<Failed>), Vec<Failed>> {
    let service = Service::start(server)
        .instrument(info_span!("service"))
        .await?;
    let (requests, inbox) = mpsc::channel(4);
    let mut board = service.board();
    let callers = async {
        // Fails if the service has ended.
        let _ = board.wait_for(|board| board.phase == Phase::Ready).await;
        for takes in [Duration::from_millis(400), slow, Duration::from_millis(400)] {
            let _ = requests.send(takes).await;
            sleep(Duration::from_millis(200)).await;
        }
        requests.closed().await;
        info!("no more requests taken");
    };
    let stop = sleep(Duration::from_millis(700));
    let service = service.run(inbox, stop).instrument(info_span!("service"));
    let (end, ()) = tokio::join!(service, callers.instrument(info_span!("callers")));
    info!("{:?}", end.0);
    Ok(end)
}

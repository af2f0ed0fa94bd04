//! Four things that nobody ends, each with the count that finds it.

use std::{
    collections::BTreeMap,
    sync::{Arc, Weak},
    time::Duration,
};

use stage::Instrument;
use tokio::{
    runtime::Handle,
    sync::mpsc::{self, WeakSender},
    task::JoinSet,
    time::sleep,
};
use tokio_util::task::AbortOnDropHandle;
use tracing::{info, info_span};

use crate::{
    scope::with_resource,
    session::{Failed, Server, Session},
};

/// What is left when all should be over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Left {
    /// Tasks that have not ended.
    pub tasks: usize,
    /// Sessions that are open.
    pub sessions: u32,
}

/// Counts what a piece of work leaves behind, a moment after its end. Nothing else may begin or end
/// meanwhile. Not counted are blocking tasks, and those of a `LocalSet`.
pub async fn left_by(server: &Server, work: impl Future) -> Left {
    async {
        let before = (alive(), server.book().open());
        let _kept_by_the_caller = work.instrument(info_span!("work")).await;
        // Who was aborted, or has heard of the end, ends a little later.
        sleep(Duration::from_millis(50)).await;
        let left = Left {
            tasks: alive().saturating_sub(before.0),
            sessions: server.book().open().saturating_sub(before.1),
        };
        info!("left: {} tasks, {} sessions", left.tasks, left.sessions);
        left
    }
    .instrument(info_span!("count"))
    .await
}

fn alive() -> usize {
    Handle::current().metrics().num_alive_tasks()
}

/// A task that watches each request. The request ends, the watching does not.
pub async fn detached_wrong() {
    tokio::spawn(watch().instrument(info_span!("watch")));
    serve_request().await;
}

/// The same task with an owner who ends with the request.
pub async fn owned() {
    let mut tasks = JoinSet::new();
    tasks.spawn(watch().instrument(info_span!("watch")));
    serve_request().await;
}

async fn watch() {
    loop {
        sleep(Duration::from_millis(50)).await;
    }
}

async fn serve_request() {
    sleep(Duration::from_millis(100)).await;
}

/// A client that keeps its session alive by asking something now and then.
pub struct Client {
    session: Session,
    /// Dropped with the client, it ends the task.
    _heartbeat: AbortOnDropHandle<()>,
}

impl Client {
    /// The client owns the task, the task owns the client: neither is dropped before the runtime ends.
    ///
    /// # Errors
    ///
    /// Those of the server.
    pub async fn connect_wrong(server: &Server) -> Result<Arc<Self>, Failed> {
        let session = server.open("client").await?;
        Ok(Arc::new_cyclic(|client: &Weak<Self>| {
            let client = client.clone();
            let beat = async move {
                sleep(BEAT).await;
                let Some(client) = client.upgrade() else {
                    return;
                };
                loop {
                    client.beat().await;
                    sleep(BEAT).await;
                }
            };
            Self::with(session, beat)
        }))
    }

    /// The task looks each time whether the client is still there.
    ///
    /// # Errors
    ///
    /// Those of the server.
    pub async fn connect(server: &Server) -> Result<Arc<Self>, Failed> {
        let session = server.open("client").await?;
        Ok(Arc::new_cyclic(|client: &Weak<Self>| {
            let client = client.clone();
            let beat = async move {
                loop {
                    sleep(BEAT).await;
                    let Some(client) = client.upgrade() else {
                        return;
                    };
                    client.beat().await;
                }
            };
            Self::with(session, beat)
        }))
    }

    fn with(session: Session, beat: impl Future<Output = ()> + Send + 'static) -> Self {
        let beat = tokio::spawn(beat.instrument(info_span!("heartbeat")));
        Self {
            session,
            _heartbeat: AbortOnDropHandle::new(beat),
        }
    }

    async fn beat(&self) {
        // The next one may succeed.
        let _ = self.session.query().await;
    }
}

/// Connects and leaves.
///
/// # Errors
///
/// Those of connecting.
pub async fn visit(
    client: impl Future<Output = Result<Arc<Client>, Failed>>,
) -> Result<(), Failed> {
    let client = client.await?;
    sleep(BEAT * 9 / 4).await;
    drop(client);
    Ok(())
}

/// A room knows the mailbox of each member. Ann leaves and drops hers; the room's copy is a sender,
/// too, so the task that forwards her letters waits for more.
pub async fn registry_wrong() -> BTreeMap<&'static str, mpsc::Sender<String>> {
    let mut room = BTreeMap::new();
    let (mailbox, letters) = mpsc::channel(4);
    room.insert("Ann", mailbox.clone());
    tokio::spawn(forward(letters).instrument(info_span!("forward")));
    stay(mailbox).await;
    room
}

/// A weak sender is an address, not a reason to wait for more.
pub async fn registry() -> BTreeMap<&'static str, WeakSender<String>> {
    let mut room = BTreeMap::new();
    let (mailbox, letters) = mpsc::channel(4);
    room.insert("Ann", mailbox.downgrade());
    tokio::spawn(forward(letters).instrument(info_span!("forward")));
    stay(mailbox).await;
    room
}

async fn forward(mut letters: mpsc::Receiver<String>) {
    while let Some(letter) = letters.recv().await {
        info!("{letter}");
    }
}

async fn stay(mailbox: mpsc::Sender<String>) {
    // The reader is there as long as there is a sender.
    let _ = mailbox.send("hello".to_owned()).await;
    sleep(Duration::from_millis(100)).await;
}

/// Keeps each visitor's session, in case they come back.
///
/// # Errors
///
/// Those of the server.
pub async fn kept_wrong(server: &Server) -> Result<Vec<Session>, Failed> {
    let mut sessions = Vec::new();
    for name in ["Ann", "Bert", "Cleo"] {
        let session = server.open(name).await?;
        session.query().await?;
        sessions.push(session);
    }
    Ok(sessions)
}

/// Closes each session when its visitor is served.
///
/// # Errors
///
/// Those of the server.
pub async fn closed(server: &Server) -> Result<(), Failed> {
    for name in ["Ann", "Bert", "Cleo"] {
        with_resource(server.open(name), async |session| session.query().await).await?;
    }
    Ok(())
}

const BEAT: Duration = Duration::from_millis(200);

use std::{
    collections::BTreeMap,
    io,
    net::SocketAddr,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures::{
    SinkExt, StreamExt,
    future::pending,
    stream::{FuturesUnordered, SplitSink, SplitStream},
};
use serde_json::{Value, json};
use tokio::{
    net::{TcpListener, TcpStream},
    select,
    sync::{mpsc, oneshot, watch},
    time::{Instant, sleep, sleep_until, timeout, timeout_at},
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{Error, Message, http::StatusCode},
};
use tracing::{info, warn};

use super::{
    frames::{self, Told},
    socket::{Address, Door, Heard, Socket, Token, Wire, accept, frame, heard},
    texts::Texts,
};
use crate::{
    clock::Clock,
    model::{Timestamp, UserId},
    platform::{Answer, Call, CallError, Delivery, Event, EventId, Platform},
    policy::Policy,
};

/// Calls that wait to be written.
const OUTBOX: usize = 64;
/// A connection on which nothing came for so long is given up; a third of it after which it is asked for a sign
/// of life. A heartbeat that is announced counts instead: three may be missing.
const SILENCE: Duration = Duration::from_secs(45);
/// How long the other end may take for a handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// Connections that a bot listens on at the same time.
const MOST_CONNECTIONS: usize = 16;
/// No wait between two tries to connect is longer.
const LONGEST_WAIT: Duration = Duration::from_mins(1);

/// The bot's end of `OneBot` connections: a platform, and a source of events.
///
/// Many calls may be under way; an answer is recognised by its `echo`. Calls fail with
/// [`CallError::Transient`] while there is no connection, and when it breaks.
#[derive(Debug)]
pub struct Link {
    owner: UserId,
    texts: Texts,
    clock: Clock,
    state: Mutex<State>,
    /// The number of the connection on which calls are made.
    calls: watch::Sender<Option<u64>>,
    /// The number of the connection on which events come. An older one that is still there is given up.
    events: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct State {
    connections: u64,
    outbox: Option<(u64, mpsc::Sender<Message>)>,
    asked: u64,
    /// Who waits for the answer with this echo, and on which connection it was asked.
    waiting: BTreeMap<u64, (u64, oneshot::Sender<Value>)>,
    events: u64,
    me: Option<UserId>,
    connected: Timestamp,
}

/// Why there will be no connection.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// The first try was refused; another would be, too.
    #[error("the token was refused (HTTP {0})")]
    Refused(StatusCode),
    /// There is something else, or nothing, at this path.
    #[error("there is no such path (HTTP {0})")]
    Missing(StatusCode),
}

impl Link {
    /// A link that is not connected. The clock shows the platform's time, as soon as that is told.
    #[must_use]
    pub fn new(owner: UserId, texts: Texts, clock: Clock) -> Self {
        Self {
            owner,
            texts,
            clock,
            state: Mutex::default(),
            calls: watch::Sender::new(None),
            events: watch::Sender::new(0),
        }
    }

    /// Connects to an implementation, and again whenever the connection breaks, after longer and longer waits.
    /// Sends what it tells into `events`; ends only if the first connection is refused.
    ///
    /// # Errors
    ///
    /// See [`LinkError`].
    ///
    /// # Cancel safety
    ///
    /// Dropping it ends the connection.
    pub async fn connect(
        &self,
        address: &Address,
        token: Option<&Token>,
        events: &mpsc::Sender<Delivery>,
    ) -> Result<(), LinkError> {
        self.connect_by(address, token, events, async || address.dial().await)
            .await
    }

    /// As [`connect`](Self::connect), over any stream of bytes that `dial` opens.
    ///
    /// # Errors
    ///
    /// See [`LinkError`].
    ///
    /// # Cancel safety
    ///
    /// Dropping it ends the connection.
    pub async fn connect_by<W: Wire>(
        &self,
        address: &Address,
        token: Option<&Token>,
        events: &mpsc::Sender<Delivery>,
        dial: impl AsyncFn() -> io::Result<W>,
    ) -> Result<(), LinkError> {
        let (mut failures, mut ever) = (0, false);
        loop {
            let socket = timeout(HANDSHAKE, async {
                address.connect(dial().await?, token, &[]).await
            });
            let why = match socket.await {
                Ok(Ok(socket)) => {
                    info!("connected to {address}");
                    (failures, ever) = (0, true);
                    self.serve(socket, true, true, events).await
                }
                Ok(Err(Error::Http(response))) if !ever => match response.status() {
                    status @ (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => {
                        return Err(LinkError::Refused(status));
                    }
                    status @ StatusCode::NOT_FOUND => return Err(LinkError::Missing(status)),
                    status => format!("HTTP {status}"),
                },
                Ok(Err(error)) => error.to_string(),
                Err(_) => "no answer".to_owned(),
            };
            failures += 1;
            let salt = self.clock.now().0;
            let wait = Policy::pause(failures, Duration::from_secs(1), LONGEST_WAIT, salt);
            warn!(
                "no connection to {address} ({why}); again in {:.1} s",
                wait.as_secs_f64()
            );
            sleep(wait).await;
        }
    }

    /// Lets implementations connect, whose token is right. Never ends.
    ///
    /// # Cancel safety
    ///
    /// Dropping it ends all connections.
    pub async fn listen(
        &self,
        listener: &TcpListener,
        token: Option<&Token>,
        events: &mpsc::Sender<Delivery>,
    ) {
        let mut connections = FuturesUnordered::new();
        loop {
            let has_room = connections.len() < MOST_CONNECTIONS;
            // Both branches are cancel safe.
            select! {
                biased;
                Some(()) = connections.next() => {}
                accepted = listener.accept(), if has_room => match accepted {
                    Ok((wire, from)) => connections.push(self.welcome(wire, from, token, events)),
                    Err(error) => {
                        // As when there are too many open files: later there may be fewer.
                        warn!("nobody can connect: {error}");
                        sleep(Duration::from_secs(1)).await;
                    }
                },
            }
        }
    }

    async fn welcome(
        &self,
        wire: TcpStream,
        from: SocketAddr,
        token: Option<&Token>,
        events: &mpsc::Sender<Delivery>,
    ) {
        // Without it frames wait for each other; they arrive all the same.
        let _ = wire.set_nodelay(true);
        let (socket, carries, self_id) =
            match timeout(HANDSHAKE, accept(wire, token, &Door::Reverse)).await {
                Ok(Ok(accepted)) => accepted,
                Ok(Err(error)) => return warn!("{from} did not connect: {error}"),
                Err(_) => return warn!("{from} did not connect in time"),
            };
        if let Some(self_id) = self_id {
            self.lock().me = Some(UserId(self_id));
        }
        info!("{from} has connected");
        let why = self
            .serve(socket, carries.calls(), carries.events(), events)
            .await;
        warn!("the connection of {from} has ended: {why}");
    }

    /// Serves one connection until it ends, and says why it did.
    async fn serve<W: Wire>(
        &self,
        socket: Socket<W>,
        for_calls: bool,
        for_events: bool,
        events: &mpsc::Sender<Delivery>,
    ) -> String {
        let (sink, stream) = socket.0.split();
        let (outbox, written) = mpsc::channel(OUTBOX);
        let connection = self.begin(for_calls, for_events, outbox.clone());
        let introduced = async {
            if for_events {
                self.introduce(events).await;
            }
            pending::<String>().await
        };
        // An event that is being handed over when the connection ends is asked for after the next connect.
        select! {
            biased;
            why = self.read(stream, &connection, for_events, events, &outbox) => why,
            why = write(sink, written) => why,
            why = introduced => why,
        }
    }

    fn begin(
        &self,
        for_calls: bool,
        for_events: bool,
        outbox: mpsc::Sender<Message>,
    ) -> Connection<'_> {
        let number = {
            let mut state = self.lock();
            state.connections += 1;
            let number = state.connections;
            if for_calls {
                state.outbox = Some((number, outbox));
            }
            number
        };
        if for_calls {
            self.calls.send_replace(Some(number));
        }
        if for_events {
            self.events.send_replace(number);
        }
        Connection { link: self, number }
    }

    /// Tells the bot in which groups it is, as soon as the platform says so.
    async fn introduce(&self, events: &mpsc::Sender<Delivery>) {
        // The sender is in here, so it is not gone.
        let _ = self.calls.subscribe().wait_for(Option::is_some).await;
        if let Ok(answer) = self.ask("get_login_info", json!({})).await
            && let Some(me) = frames::id(&answer["data"]["user_id"])
        {
            self.lock().me = Some(UserId(me));
        }
        let mut failures = 0;
        let groups = loop {
            let answer = self.ask("get_group_list", json!({"no_cache": true})).await;
            match answer.and_then(|answer| frames::groups(&answer)) {
                Ok(groups) => break groups,
                Err(error) => warn!("no list of groups: {error}"),
            }
            failures += 1;
            let (first, salt) = (Duration::from_secs(1), self.clock.now().0);
            sleep(Policy::pause(failures, first, LONGEST_WAIT, salt)).await;
        };
        info!("in {} groups", groups.len());
        let at = {
            let mut state = self.lock();
            // Platforms tell whole seconds: it must not seem to be earlier than the last time.
            state.connected = state.connected.max(self.clock.now());
            state.connected
        };
        self.deliver(at, Event::Connected(groups), events).await;
    }

    /// Asks something that is not one of the port's calls, and waits as long as for one.
    async fn ask(&self, action: &str, params: Value) -> Result<Value, CallError> {
        let asked = self.request(|echo| frames::plain_request(action, &params, echo));
        timeout(Policy::default().call_timeout, asked)
            .await
            .unwrap_or(Err(CallError::Transient))
    }

    async fn request(&self, make: impl FnOnce(u64) -> Value) -> Result<Value, CallError> {
        let (answer, answered) = oneshot::channel();
        let (asked, outbox) = {
            let mut state = self.lock();
            state.asked += 1;
            let echo = state.asked;
            let (connection, outbox) = state.outbox.clone().ok_or(CallError::Transient)?;
            state.waiting.insert(echo, (connection, answer));
            (Asked { link: self, echo }, outbox)
        };
        let sent = outbox.send(frame(&make(asked.echo))).await;
        sent.or(Err(CallError::Transient))?;
        answered.await.or(Err(CallError::Transient))
    }

    async fn read<W: Wire>(
        &self,
        mut stream: SplitStream<WebSocketStream<W>>,
        connection: &Connection<'_>,
        for_events: bool,
        events: &mpsc::Sender<Delivery>,
        outbox: &mpsc::Sender<Message>,
    ) -> String {
        let mut newest = self.events.subscribe();
        let mut silence = Silence::new(SILENCE);
        loop {
            // All branches are cancel safe: a frame that has not come in whole stays with the stream.
            let message = select! {
                biased;
                _ = newest.wait_for(|&newest| for_events && newest > connection.number) => {
                    return "another has taken its place".to_owned();
                }
                next = timeout_at(silence.ends, stream.next()) => next,
                () = sleep_until(silence.asks) => {
                    silence.asks += silence.longest / 3;
                    // If there is no room, there are frames enough to be answered.
                    let _ = outbox.try_send(Message::Ping(Vec::new().into()));
                    continue;
                }
            };
            let message = match message {
                Ok(Some(Ok(message))) => message,
                Ok(Some(Err(error))) => return error.to_string(),
                Ok(None) => return "closed".to_owned(),
                Err(_) => return format!("nothing came for {:?}", silence.longest),
            };
            match heard(message) {
                None => return "closed by the other end".to_owned(),
                Some(Heard::Life) => {}
                Some(Heard::Nonsense) => warn!("a frame that is no JSON is skipped"),
                Some(Heard::Frame(frame)) => self.take(frame, events, &mut silence).await,
            }
            silence.broken();
        }
    }

    async fn take(&self, frame: Value, events: &mpsc::Sender<Delivery>, silence: &mut Silence) {
        if let Some(echo) = frames::echo(&frame) {
            let waiting = self.lock().waiting.remove(&echo);
            if let Some((_, answer)) = waiting {
                // Who asked may have given up meanwhile.
                let _ = answer.send(frame);
            }
            return;
        }
        let Some(told) = Told::read(&frame) else {
            return;
        };
        if let Some(interval) = told.heartbeat() {
            silence.longest = (interval * 3).max(Duration::from_secs(3));
        }
        if let Some(at) = told.at()
            && told.is_beginning()
        {
            self.clock.set(at);
        }
        let me = {
            let mut state = self.lock();
            state.me = state.me.or(told.self_id());
            state.me
        };
        // Who is not told who it is cannot tell its own kicks from an admin's.
        let Some(me) = me else { return };
        if let Some(event) = told.event(me, self.owner, &self.texts) {
            let at = told.at().unwrap_or_else(|| self.clock.now());
            self.deliver(at, event, events).await;
        }
    }

    async fn deliver(&self, at: Timestamp, event: Event, events: &mpsc::Sender<Delivery>) {
        let id = {
            let mut state = self.lock();
            state.events += 1;
            EventId(state.events)
        };
        // A bot that has stopped wants no more.
        let _ = events.send(Delivery { id, at, event }).await;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Platform for Link {
    async fn call(&self, call: &Call) -> Answer {
        let frame = self
            .request(|echo| frames::request(call, &self.texts, echo))
            .await?;
        let me = self.lock().me.unwrap_or(UserId(0));
        frames::answer(call, &frame, me, self.clock.now())
    }
}

/// Forgets a call when nobody waits for its answer any more.
struct Asked<'a> {
    link: &'a Link,
    echo: u64,
}

impl Drop for Asked<'_> {
    fn drop(&mut self) {
        self.link.lock().waiting.remove(&self.echo);
    }
}

/// A connection; at its end nobody waits for its answers any more.
struct Connection<'a> {
    link: &'a Link,
    number: u64,
}

impl Drop for Connection<'_> {
    fn drop(&mut self) {
        let mut state = self.link.lock();
        state
            .waiting
            .retain(|_, (connection, _)| *connection != self.number);
        state
            .outbox
            .take_if(|(connection, _)| *connection == self.number);
        drop(state);
        self.link
            .calls
            .send_if_modified(|calls| calls.take_if(|it| *it == self.number).is_some());
    }
}

/// How long nothing has come.
struct Silence {
    longest: Duration,
    ends: Instant,
    /// When the other end is asked for a sign of life.
    asks: Instant,
}

impl Silence {
    fn new(longest: Duration) -> Self {
        let now = Instant::now();
        let (ends, asks) = (now + longest, now + longest / 3);
        Self {
            longest,
            ends,
            asks,
        }
    }

    fn broken(&mut self) {
        *self = Self::new(self.longest);
    }
}

async fn write<W: Wire>(
    mut sink: SplitSink<WebSocketStream<W>, Message>,
    mut written: mpsc::Receiver<Message>,
) -> String {
    while let Some(message) = written.recv().await {
        if let Err(error) = sink.send(message).await {
            return error.to_string();
        }
    }
    pending().await
}

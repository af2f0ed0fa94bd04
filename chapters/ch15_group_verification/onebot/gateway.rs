use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures::{
    SinkExt, StreamExt,
    future::{BoxFuture, pending},
    stream::{FuturesUnordered, SplitSink},
};
use serde_json::{Value, json};
use tokio::{
    join,
    net::{TcpListener, TcpStream},
    select,
    sync::{Notify, mpsc, watch},
    time::{Instant, interval, sleep, sleep_until, timeout},
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{Error, Message},
};
use uuid::Uuid;

use super::{
    actions::Taken,
    socket::{Address, Carries, Door, Heard, Socket, Token, Wire, accept, frame, heard},
    texts::Texts,
};
use crate::{
    model::{GroupId, MessageId, Timestamp, UserId},
    platform::{Delivery, Pace, Platform as _},
    sim::SimPlatform,
};

/// Frames that may wait for one reader. One who does not read them is disconnected rather than waited for.
const OUTBOX: usize = 1024;
/// Calls of one connection that may be under way. Nothing more is read of one who floods.
const MOST_CALLS: usize = 64;
/// Connections at the same time.
const MOST_CONNECTIONS: usize = 64;
/// How long the other end may take for a handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// There is no receipt: an event counts as settled when the connection has held for so long.
const SETTLED: Duration = Duration::from_millis(500);
/// Messages that can be recalled.
const MOST_MESSAGES: usize = 10_000;
/// Calls a second of those that ask for a limit.
const SLOWLY: u32 = 2;

/// How the world presents itself.
#[derive(Clone, Debug)]
pub struct GatewaySettings {
    /// Which account the bot has.
    pub self_id: UserId,
    /// What a bot has to bring.
    pub token: Option<Token>,
    /// In which words the bot is expected to speak; see [`Texts`] for other words.
    pub texts: Texts,
    /// How often a heartbeat is sent.
    pub heartbeat: Option<Duration>,
}

impl Default for GatewaySettings {
    fn default() -> Self {
        Self {
            self_id: UserId(10_001),
            token: None,
            texts: Texts::default(),
            heartbeat: Some(Duration::from_secs(15)),
        }
    }
}

/// The simulated world as an implementation of `OneBot`: bots connect to it, or it connects to a bot.
///
/// Its time begins with the first connection that carries events.
#[derive(Debug)]
pub struct Gateway {
    pub(super) platform: Arc<SimPlatform>,
    pub(super) settings: GatewaySettings,
    state: Mutex<State>,
    begun: watch::Sender<bool>,
    /// Something was sent.
    sent: Notify,
    /// Whether the platform can be reached at all.
    up: watch::Sender<bool>,
    pub(super) slowly: Pace,
}

#[derive(Debug, Default)]
pub(super) struct State {
    sessions: BTreeMap<u64, Session>,
    numbers: u64,
    /// Sent, and not settled yet.
    sent: VecDeque<(Instant, Timestamp, Delivery)>,
    /// Where messages were sent that can be recalled.
    messages: VecDeque<(MessageId, GroupId)>,
    /// What a bot really wrote as a code.
    pub(super) codes: BTreeMap<Uuid, String>,
}

#[derive(Debug)]
struct Session {
    outbox: mpsc::Sender<Message>,
    carries: Carries,
    end: watch::Sender<bool>,
}

impl Gateway {
    /// A gateway to this world, to which nobody is connected.
    ///
    /// # Panics
    ///
    /// Outside a runtime with time.
    #[must_use]
    pub fn new(platform: Arc<SimPlatform>, settings: GatewaySettings) -> Self {
        Self {
            platform,
            settings,
            state: Mutex::default(),
            begun: watch::Sender::new(false),
            sent: Notify::new(),
            up: watch::Sender::new(true),
            slowly: Pace::new(SLOWLY),
        }
    }

    /// Waits until a bot has connected for events for the first time. Cancel safe.
    pub async fn begun(&self) {
        // The sender is in here, so it is not gone.
        let _ = self.begun.subscribe().wait_for(|&begun| begun).await;
    }

    /// Lets the world live, and tells what happens in it. Never ends.
    ///
    /// # Cancel safety
    ///
    /// It can be dropped and called again.
    pub async fn run(&self) {
        self.begun().await;
        join!(self.tell(), self.settle(), self.weather());
    }

    /// Lets bots connect. Never ends.
    ///
    /// # Cancel safety
    ///
    /// Dropping it ends all connections.
    pub async fn listen(&self, listener: &TcpListener) {
        let mut connections = FuturesUnordered::new();
        loop {
            let has_room = connections.len() < MOST_CONNECTIONS;
            // Both branches are cancel safe.
            select! {
                biased;
                Some(()) = connections.next() => {}
                accepted = listener.accept(), if has_room => match accepted {
                    Ok((wire, _)) => connections.push(self.welcome(wire)),
                    // As when there are too many open files: later there may be fewer.
                    Err(_) => sleep(Duration::from_secs(1)).await,
                },
            }
        }
    }

    async fn welcome(&self, wire: TcpStream) {
        // Without it frames wait for each other; they arrive all the same.
        let _ = wire.set_nodelay(true);
        self.serve(wire).await;
    }

    /// Serves one stream of bytes that a bot has opened, until it ends.
    ///
    /// # Cancel safety
    ///
    /// Dropping it ends the connection.
    pub async fn serve<W: Wire>(&self, wire: W) {
        if !*self.up.borrow() {
            return;
        }
        let accepted = accept(wire, self.settings.token.as_ref(), &Door::Forward);
        if let Ok(Ok((socket, carries, _))) = timeout(HANDSHAKE, accepted).await {
            self.session(socket, carries).await;
        }
    }

    /// Connects to a bot that listens, and again, so long after the connection broke. Never ends.
    ///
    /// # Cancel safety
    ///
    /// Dropping it ends the connection.
    pub async fn connect(&self, address: &Address, again_after: Duration) {
        let headers = [
            ("X-Self-ID", self.settings.self_id.to_string()),
            ("X-Client-Role", "Universal".to_owned()),
        ];
        let connect = async || -> Result<Socket<TcpStream>, Error> {
            let wire = address.dial().await?;
            address
                .connect(wire, self.settings.token.as_ref(), &headers)
                .await
        };
        loop {
            if *self.up.borrow()
                && let Ok(Ok(socket)) = timeout(HANDSHAKE, connect()).await
            {
                self.session(socket, Carries::Both).await;
            }
            sleep(again_after).await;
        }
    }

    async fn session<W: Wire>(&self, socket: Socket<W>, carries: Carries) {
        let (outbox, written) = mpsc::channel(OUTBOX);
        let (end, mut ended) = watch::channel(false);
        let session = self.enter(Session {
            outbox: outbox.clone(),
            carries,
            end,
        });
        let (sink, mut stream) = socket.0.split();
        let mut calls: FuturesUnordered<BoxFuture<'_, Option<Value>>> = FuturesUnordered::new();
        let reading = async {
            // Answers for which there was no room yet.
            let mut answers = VecDeque::new();
            loop {
                let has_room = calls.len() + answers.len() < MOST_CALLS;
                // All branches are cancel safe: a frame that has not come in whole stays with the stream.
                let message = select! {
                    biased;
                    Ok(place) = outbox.reserve(), if !answers.is_empty() => {
                        place.send(frame(&answers.pop_front().unwrap_or_default()));
                        continue;
                    }
                    Some(answer) = calls.next() => {
                        answers.extend(answer);
                        continue;
                    }
                    message = stream.next(), if has_room => message,
                };
                let Some(Ok(message)) = message else { return };
                let request = match heard(message) {
                    None => return,
                    Some(Heard::Life) => continue,
                    Some(Heard::Nonsense) => Value::Null,
                    Some(Heard::Frame(request)) => request,
                };
                if carries.calls() {
                    let (at_once, later): Taken<'_> = self.take(&request);
                    answers.extend(at_once);
                    calls.extend(later);
                }
            }
        };
        // Whoever ends first ends the session.
        select! {
            biased;
            _ = ended.wait_for(|&ended| ended) => {}
            () = reading => {}
            () = write(sink, written) => {}
            () = self.beat(&outbox, carries) => {}
        }
        drop(session);
    }

    fn enter(&self, session: Session) -> Entered<'_> {
        let now = self.platform.clock().now();
        let for_events = session.carries.events();
        let mut state = self.lock();
        if for_events {
            let hello = self.meta(now, "lifecycle", &json!({"sub_type": "connect"}));
            // It is empty.
            let _ = session.outbox.try_send(frame(&hello));
        }
        let is_first = for_events && !state.sessions.values().any(|other| other.carries.events());
        state.numbers += 1;
        let number = state.numbers;
        state.sessions.insert(number, session);
        drop(state);
        if is_first {
            if !self.begun.send_replace(true) {
                // Nothing has happened yet.
                self.platform.clock().set(now);
            }
            self.platform.start();
        }
        Entered {
            gateway: self,
            number,
        }
    }

    async fn beat(&self, outbox: &mpsc::Sender<Message>, carries: Carries) {
        let Some(every) = self.settings.heartbeat.filter(|_| carries.events()) else {
            return pending().await;
        };
        let mut ticks = interval(every);
        ticks.tick().await;
        loop {
            ticks.tick().await;
            let milliseconds = u64::try_from(every.as_millis()).unwrap_or(u64::MAX);
            let state = json!({
                "status": {"online": true, "good": true},
                "interval": milliseconds,
            });
            let beat = self.meta(self.platform.clock().now(), "heartbeat", &state);
            // Where frames wait already, one sign of life less is no loss.
            let _ = outbox.try_send(frame(&beat));
        }
    }

    /// Tells each event to whoever listens. Nobody is told later.
    async fn tell(&self) {
        loop {
            let delivery = self.platform.next_delivery().await;
            let told = self.event(&delivery);
            let heard = told.is_some_and(|told| self.broadcast(&told));
            if heard {
                self.platform.reached(&delivery);
                let now = self.platform.clock().now();
                self.lock()
                    .sent
                    .push_back((Instant::now() + SETTLED, now, delivery));
                self.sent.notify_one();
            } else {
                self.platform.settled(delivery.id);
            }
        }
    }

    /// What has been told for long enough is settled.
    async fn settle(&self) {
        loop {
            let next = self.lock().sent.front().map(|(at, ..)| *at);
            match next {
                Some(next) => sleep_until(next).await,
                None => self.sent.notified().await,
            }
            let now = Instant::now();
            while let Some(id) = {
                let mut state = self.lock();
                let ready = state.sent.pop_front_if(|(at, ..)| *at <= now);
                ready.map(|(.., delivery)| delivery.id)
            } {
                self.platform.settled(id);
            }
        }
    }

    /// Breaks all connections when those of the world break.
    async fn weather(&self) {
        loop {
            let clock = self.platform.clock();
            let (up, next) = self
                .platform
                .with_world(|world| world.connection(clock.now()));
            self.up.send_replace(up);
            if !up {
                self.hang_up();
            }
            match next {
                Some(next) => clock.sleep_until(next).await,
                None => return pending().await,
            }
        }
    }

    /// Ends all connections, as a platform does that is restarted.
    pub fn hang_up(&self) {
        for session in self.lock().sessions.values() {
            session.end.send_replace(true);
        }
    }

    /// Whether anybody listened.
    pub(super) fn broadcast(&self, told: &Value) -> bool {
        let mut heard = false;
        let state = self.lock();
        for session in state.sessions.values().filter(|it| it.carries.events()) {
            match session.outbox.try_send(frame(told)) {
                Ok(()) => heard = true,
                // Does not read, or has gone.
                Err(_) => drop(session.end.send_replace(true)),
            }
        }
        heard
    }

    fn left(&self, number: u64) {
        let unsettled = {
            let mut state = self.lock();
            state.sessions.remove(&number);
            if state.sessions.values().any(|other| other.carries.events()) {
                return;
            }
            std::mem::take(&mut state.sent)
        };
        for (_, since, delivery) in unsettled {
            self.platform.may_not_have_reached(&delivery, since);
            self.platform.settled(delivery.id);
        }
    }

    /// A message was sent that can be recalled.
    pub(super) fn remember(&self, message: MessageId, group: GroupId) {
        let messages = &mut self.lock().messages;
        if messages.len() >= MOST_MESSAGES {
            messages.pop_front();
        }
        messages.push_back((message, group));
    }

    /// To which group it was sent, if it can still be recalled.
    pub(super) fn sent_to(&self, message: MessageId) -> Option<GroupId> {
        let state = self.lock();
        let sent = state.messages.iter().find(|(other, _)| *other == message);
        sent.map(|(_, group)| *group)
    }

    /// Whether it could be recalled; not twice.
    pub(super) fn forget(&self, message: MessageId) -> bool {
        let messages = &mut self.lock().messages;
        let before = messages.len();
        messages.retain(|(other, _)| *other != message);
        messages.len() < before
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A session that is there; it is forgotten when this is dropped.
struct Entered<'a> {
    gateway: &'a Gateway,
    number: u64,
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        self.gateway.left(self.number);
    }
}

async fn write<W: Wire>(
    mut sink: SplitSink<WebSocketStream<W>, Message>,
    mut written: mpsc::Receiver<Message>,
) {
    while let Some(message) = written.recv().await {
        if sink.send(message).await.is_err() {
            return;
        }
    }
}

//! An implementation of `OneBot` that plays a script, a JSON object a line, to try a bot with:
//!
//! - `{"on": {"action": "set_group_ban"}, "answer": {"retcode": 1403}}`: answers such calls so from now on; what
//!   nothing is said about succeeds;
//! - `{"event": {"post_type": "notice", …}}`: tells an event; `time` and `self_id` need not be given;
//! - `{"expect": {"action": "send_group_msg", "params": {"group_id": 7}, "to": [101], "says": "welcome"},
//!   "within_ms": 2000, "keep": "code"}`: waits for such a call, of those not waited for before; `{code}` in a later
//!   event is what looks like a code in its words;
//! - `{"forbid": {…}, "for_ms": 500}`: no such call comes;
//! - `{"wait_ms": 100}`, `{"disconnect": true}`.
//!
//! Blank lines, and lines that begin with `#`, are left out.

use std::{
    collections::BTreeMap,
    io,
    str::FromStr,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use futures::{SinkExt, StreamExt, stream::FuturesUnordered};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::{
    net::TcpListener,
    select,
    sync::{mpsc, watch},
    time::{Instant, sleep, timeout, timeout_at},
};

use super::{
    GatewaySettings,
    frames::whole,
    segments::{from_json, spoken_to, words},
    socket::{Address, Carries, Door, Heard, Socket, Wire, accept, frame, heard},
    texts::like_a_code,
};

/// Frames that may wait for a bot that does not read.
const OUTBOX: usize = 1024;
const HANDSHAKE: Duration = Duration::from_secs(10);
/// How long a bot may take to connect.
const CONNECTED: Duration = Duration::from_mins(1);
const PATIENCE: u64 = 5_000;

/// What is to happen, in order.
#[derive(Clone, Debug)]
pub struct Script(Vec<(usize, Step)>);

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Step {
    On {
        on: Like,
        answer: Value,
    },
    Event {
        event: Value,
    },
    Expect {
        expect: Like,
        within_ms: Option<u64>,
        keep: Option<String>,
    },
    Forbid {
        forbid: Like,
        for_ms: u64,
    },
    Wait {
        wait_ms: u64,
    },
    Disconnect {
        disconnect: bool,
    },
}

/// What a call has to be like.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Like {
    action: String,
    #[serde(default)]
    params: Value,
    /// Whom the message speaks to.
    to: Option<Vec<u64>>,
    /// What stands in its words.
    says: Option<String>,
}

/// A line that is no step.
#[derive(Debug, thiserror::Error)]
#[error("line {line}: {why}")]
pub struct NotAStep {
    line: usize,
    why: String,
}

/// The bot did something else; or there is none.
#[derive(Debug, thiserror::Error)]
pub enum ScriptError {
    /// Something that was expected did not come in time.
    #[error("line {line}: no such call within {within:?}; there were {calls}")]
    Missing {
        /// Of the script.
        line: usize,
        /// How long it was waited for.
        within: Duration,
        /// What came instead.
        calls: String,
    },
    /// Something came that was not to.
    #[error("line {line}: {call}")]
    Forbidden {
        /// Of the script.
        line: usize,
        /// What came.
        call: String,
    },
    /// No bot connected.
    #[error("line {line}: no bot is connected")]
    NoBot {
        /// Of the script.
        line: usize,
    },
    /// It can never come.
    #[error("line {line}: '{{{name}}}' was not kept before")]
    Unknown {
        /// Of the script.
        line: usize,
        /// What has no value.
        name: String,
    },
}

impl FromStr for Script {
    type Err = NotAStep;

    fn from_str(text: &str) -> Result<Self, NotAStep> {
        let lines = text
            .lines()
            .zip(1..)
            .map(|(words, line)| (words.trim(), line));
        let steps = lines.filter(|(words, _)| !words.is_empty() && !words.starts_with('#'));
        let steps = steps.map(|(words, line)| {
            let step = serde_json::from_str(words);
            let step = step.map_err(|error| NotAStep {
                line,
                why: error.to_string(),
            })?;
            Ok((line, step))
        });
        Ok(Self(steps.collect::<Result<_, _>>()?))
    }
}

impl Script {
    /// How many steps there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Plays it for a bot that connects.
    ///
    /// # Errors
    ///
    /// The first step at which the bot did something else.
    pub async fn play_for(
        &self,
        listener: &TcpListener,
        settings: &GatewaySettings,
    ) -> Result<(), ScriptError> {
        let stage = Stage::new(settings);
        let mut sessions = FuturesUnordered::new();
        let mut played = std::pin::pin!(self.play(&stage));
        loop {
            // All branches are cancel safe.
            select! {
                biased;
                played = &mut played => return played,
                Some(()) = sessions.next() => {}
                Ok((wire, _)) = listener.accept() => sessions.push(stage.welcome(wire)),
            }
        }
    }

    /// Plays it to a bot that listens.
    ///
    /// # Errors
    ///
    /// The first step at which the bot did something else.
    pub async fn play_to(
        &self,
        address: &Address,
        settings: &GatewaySettings,
        again_after: Duration,
    ) -> Result<(), ScriptError> {
        let stage = Stage::new(settings);
        // The second branch never ends.
        select! {
            biased;
            played = self.play(&stage) => played,
            () = stage.connect(address, again_after) => Ok(()),
        }
    }

    async fn play(&self, stage: &Stage<'_>) -> Result<(), ScriptError> {
        for (line, step) in &self.0 {
            stage.step(*line, step).await?;
        }
        Ok(())
    }
}

/// Where a script is played.
struct Stage<'a> {
    settings: &'a GatewaySettings,
    state: Mutex<State>,
    /// How many calls have come, and how many connections.
    changes: watch::Sender<u64>,
}

#[derive(Default)]
struct State {
    rules: Vec<(Like, Value)>,
    /// Calls that no step has waited for.
    calls: Vec<Value>,
    messages: u64,
    sessions: BTreeMap<u64, (mpsc::Sender<Value>, Carries)>,
    numbers: u64,
    kept: BTreeMap<String, String>,
}

impl<'a> Stage<'a> {
    fn new(settings: &'a GatewaySettings) -> Self {
        let (state, changes) = (Mutex::default(), watch::Sender::new(0));
        Self {
            settings,
            state,
            changes,
        }
    }

    async fn step(&self, line: usize, step: &Step) -> Result<(), ScriptError> {
        match step {
            Step::On { on, answer } => self.lock().rules.push((on.clone(), answer.clone())),
            Step::Event { event } => self.tell(line, event).await?,
            Step::Expect {
                expect,
                within_ms,
                keep,
            } => {
                let within = Duration::from_millis(within_ms.unwrap_or(PATIENCE));
                let call = self.take_like(expect, within).await;
                let call = call.ok_or_else(|| {
                    let calls = Value::from(self.lock().calls.clone()).to_string();
                    ScriptError::Missing {
                        line,
                        within,
                        calls,
                    }
                })?;
                if let Some(name) = keep {
                    let words = said(&call);
                    let code = like_a_code(&words).unwrap_or_default().to_owned();
                    self.lock().kept.insert(name.clone(), code);
                }
            }
            Step::Forbid { forbid, for_ms } => {
                let within = Duration::from_millis(*for_ms);
                if let Some(call) = self.take_like(forbid, within).await {
                    let call = call.to_string();
                    return Err(ScriptError::Forbidden { line, call });
                }
            }
            Step::Wait { wait_ms } => sleep(Duration::from_millis(*wait_ms)).await,
            Step::Disconnect { disconnect } => {
                if *disconnect {
                    // Sessions end when nobody can tell them anything.
                    self.lock().sessions.clear();
                }
            }
        }
        Ok(())
    }

    async fn tell(&self, line: usize, event: &Value) -> Result<(), ScriptError> {
        let mut event = self.filled(line, event)?;
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        if event.is_object() {
            for (key, value) in [
                ("time", now.as_secs()),
                ("self_id", self.settings.self_id.0),
            ] {
                if event.get(key).is_none() {
                    event[key] = value.into();
                }
            }
        }
        let mut changes = self.changes.subscribe();
        let is_there = |state: &State| state.sessions.values().any(|(_, it)| it.events());
        let there = changes.wait_for(|_| is_there(&self.lock()));
        let there = timeout(CONNECTED, there)
            .await
            .is_ok_and(|there| there.is_ok());
        let outboxes: Vec<_> = {
            let state = self.lock();
            let listeners = state.sessions.values().filter(|(_, it)| it.events());
            listeners.map(|(outbox, _)| outbox.clone()).collect()
        };
        if !there || outboxes.is_empty() {
            return Err(ScriptError::NoBot { line });
        }
        for outbox in outboxes {
            // One that has gone meanwhile hears nothing.
            let _ = outbox.send(event.clone()).await;
        }
        Ok(())
    }

    /// With what was kept in place of its names.
    fn filled(&self, line: usize, event: &Value) -> Result<Value, ScriptError> {
        Ok(match event {
            Value::String(text) => {
                let mut text = text.clone();
                for (name, value) in &self.lock().kept {
                    text = text.replace(&format!("{{{name}}}"), value);
                }
                if let Some((_, rest)) = text.split_once('{')
                    && let Some((name, _)) = rest.split_once('}')
                {
                    return Err(ScriptError::Unknown {
                        line,
                        name: name.to_owned(),
                    });
                }
                text.into()
            }
            Value::Array(all) => {
                let all = all.iter().map(|one| self.filled(line, one));
                Value::Array(all.collect::<Result<_, _>>()?)
            }
            Value::Object(fields) => {
                let fields = fields.iter();
                let fields =
                    fields.map(|(key, value)| Ok((key.clone(), self.filled(line, value)?)));
                Value::Object(fields.collect::<Result<_, _>>()?)
            }
            other => other.clone(),
        })
    }

    async fn take_like(&self, like: &Like, within: Duration) -> Option<Value> {
        let ends = Instant::now() + within;
        let mut changes = self.changes.subscribe();
        loop {
            {
                changes.mark_unchanged();
                let calls = &mut self.lock().calls;
                if let Some(place) = calls.iter().position(|call| like.is_met_by(call)) {
                    return Some(calls.remove(place));
                }
            }
            // The sender is in here, so an error means that time is up.
            if !matches!(timeout_at(ends, changes.changed()).await, Ok(Ok(()))) {
                return None;
            }
        }
    }

    fn answer(&self, request: Value) -> Value {
        let mut state = self.lock();
        // The last rule counts.
        let rule = state
            .rules
            .iter()
            .rev()
            .find(|(like, _)| like.is_met_by(&request));
        let mut answer = match (rule, request["action"].as_str()) {
            (Some((_, answer)), _) => answer.clone(),
            (None, Some("get_login_info")) => {
                json!({"data": {"user_id": self.settings.self_id.0, "nickname": "bot"}})
            }
            (None, Some("get_group_list" | "get_group_member_list")) => json!({"data": []}),
            (None, Some("send_msg" | "send_private_msg" | "send_group_msg")) => {
                state.messages += 1;
                json!({"data": {"message_id": state.messages}})
            }
            _ => json!({}),
        };
        if answer.is_object() {
            let code = answer.get("retcode").and_then(whole).unwrap_or_default();
            answer["retcode"] = code.into();
            if answer.get("status").is_none() {
                answer["status"] = if code == 0 { "ok" } else { "failed" }.into();
            }
            if answer.get("data").is_none() {
                answer["data"] = Value::Null;
            }
            if let Some(echo) = request.get("echo") {
                answer["echo"] = echo.clone();
            }
        }
        state.calls.push(request);
        drop(state);
        self.changes.send_modify(|changes| *changes += 1);
        answer
    }

    async fn welcome<W: Wire>(&self, wire: W) {
        let accepted = accept(wire, self.settings.token.as_ref(), &Door::Forward);
        if let Ok(Ok((socket, carries, _))) = timeout(HANDSHAKE, accepted).await {
            self.serve(socket, carries).await;
        }
    }

    async fn connect(&self, address: &Address, again_after: Duration) {
        let headers = [
            ("X-Self-ID", self.settings.self_id.to_string()),
            ("X-Client-Role", "Universal".to_owned()),
        ];
        loop {
            if let Ok(wire) = address.dial().await {
                let socket = address.connect(wire, self.settings.token.as_ref(), &headers);
                if let Ok(Ok(socket)) = timeout(HANDSHAKE, socket).await {
                    self.serve(socket, Carries::Both).await;
                }
            }
            sleep(again_after).await;
        }
    }

    async fn serve<W: Wire>(&self, socket: Socket<W>, carries: Carries) {
        let (outbox, mut told) = mpsc::channel(OUTBOX);
        let number = {
            let mut state = self.lock();
            state.numbers += 1;
            let number = state.numbers;
            state.sessions.insert(number, (outbox, carries));
            number
        };
        let mut socket = socket.0;
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let hello = json!({
            "time": now.as_secs(), "self_id": self.settings.self_id.0, "post_type": "meta_event",
            "meta_event_type": "lifecycle", "sub_type": "connect",
        });
        let mut says: io::Result<()> = Ok(());
        if carries.events() {
            says = socket.send(frame(&hello)).await.map_err(io::Error::other);
        }
        self.changes.send_modify(|changes| *changes += 1);
        while says.is_ok() {
            // Both branches are cancel safe: a frame that has not come in whole stays with the socket.
            let answer = select! {
                biased;
                told = told.recv() => match told {
                    Some(told) => told,
                    None => break,
                },
                message = socket.next() => match message {
                    Some(Ok(message)) => match heard(message) {
                        None => break,
                        Some(Heard::Frame(request)) if carries.calls() => self.answer(request),
                        Some(_) => continue,
                    },
                    _ => break,
                },
            };
            says = socket.send(frame(&answer)).await.map_err(io::Error::other);
        }
        self.lock().sessions.remove(&number);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Like {
    fn is_met_by(&self, call: &Value) -> bool {
        let message = from_json(&call["params"]["message"]);
        let to = || spoken_to(&message).map(|user| user.0);
        call["action"] == self.action.as_str()
            && is_part_of(&self.params, &call["params"])
            && self
                .to
                .as_ref()
                .is_none_or(|users| to().eq(users.iter().copied()))
            && self
                .says
                .as_ref()
                .is_none_or(|says| words(&message).contains(says.as_str()))
    }
}

fn said(call: &Value) -> String {
    words(&from_json(&call["params"]["message"]))
}

/// Whether all that is in `part` is in `all`; numbers may be written as strings.
fn is_part_of(part: &Value, all: &Value) -> bool {
    match (part, all) {
        (Value::Null, _) => true,
        (Value::Object(part), _) => part.iter().all(|(key, value)| is_part_of(value, &all[key])),
        (Value::Number(_), _) => whole(part) == whole(all) && whole(all).is_some(),
        _ => part == all,
    }
}

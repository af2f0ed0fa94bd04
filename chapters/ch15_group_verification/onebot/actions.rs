//! What bots ask of the simulated world, and what it tells them.

use std::time::Duration;

use futures::{FutureExt, future::BoxFuture};
use serde_json::{Value, json};
use tokio::time::timeout;
use uuid::Uuid;

use super::{
    frames::{
        BAD_PARAMETERS, FAILED, FORBIDDEN, GONE, TOO_MANY, UNKNOWN_ACTION, id, message, whole,
    },
    gateway::Gateway,
    segments::{self, Segment},
};
use crate::{
    hash::Fnv1a,
    model::{Code, GroupId, MessageId, Timestamp, UserId},
    platform::{
        Answer, By, Call, CallError, Delivery, Event, Message, Platform, Present, Reply, Role,
        Tally,
    },
};

/// Who gives orders and kicks in the world's groups.
const ADMIN: UserId = UserId(2);
/// A call that the world does not answer is forgotten after so long.
const FORGOTTEN: Duration = Duration::from_mins(1);
/// What a mute lasts if nobody says how long, in seconds.
const USUAL_MUTE: i64 = 1800;

/// An answer that comes at once, and work that may bring one later.
pub(super) type Taken<'a> = (Option<Value>, Option<BoxFuture<'a, Option<Value>>>);

/// What came of an action: data, or why there is none.
type Done = Result<Value, Failed>;

struct Failed {
    retcode: i64,
    words: &'static str,
    data: Value,
}

const fn failed(retcode: i64, words: &'static str) -> Failed {
    let data = Value::Null;
    Failed {
        retcode,
        words,
        data,
    }
}

const BAD: Failed = failed(BAD_PARAMETERS, "bad parameters");

/// An action that was understood.
enum Action {
    Call(Call),
    Member(GroupId, UserId),
    Known(Value),
}

impl Gateway {
    pub(super) fn take(&self, request: &Value) -> Taken<'_> {
        let echo = request.get("echo").cloned();
        let Some(name) = request["action"].as_str() else {
            return (Some(answer(Err(BAD), echo)), None);
        };
        let in_order = name.strip_suffix("_rate_limited");
        let at_once = name.strip_suffix("_async").or(in_order);
        let slowly = in_order.is_some();
        let action = match self.action(at_once.unwrap_or(name), &request["params"]) {
            Ok(action) => action,
            Err(failed) => return (Some(answer(Err(failed), echo)), None),
        };
        if at_once.is_none() {
            let work = async move { Some(answer(self.act(action).await?, echo)) };
            return (None, Some(work.boxed()));
        }
        let work = async move {
            if slowly {
                self.slowly.turn().await;
            }
            self.act(action).await;
            None
        };
        let mut told = json!({"status": "async", "retcode": 1, "data": null});
        if let Some(echo) = echo {
            told["echo"] = echo;
        }
        (Some(told), Some(work.boxed()))
    }

    fn action(&self, name: &str, params: &Value) -> Result<Action, Failed> {
        let group = || id(&params["group_id"]).map(GroupId).ok_or(BAD);
        let user = || id(&params["user_id"]).map(UserId).ok_or(BAD);
        Ok(match name {
            "send_group_msg" => Action::Call(self.to_group(group()?, params)?),
            "send_private_msg" => Action::Call(self.to_person(user()?, params)?),
            "send_msg" => match (params["message_type"].as_str(), params.get("group_id")) {
                (Some("private"), _) | (None, None) => {
                    Action::Call(self.to_person(user()?, params)?)
                }
                (Some("group"), _) | (None, Some(_)) => {
                    Action::Call(self.to_group(group()?, params)?)
                }
                _ => return Err(BAD),
            },
            "delete_msg" => {
                let message = MessageId(whole(&params["message_id"]).ok_or(BAD)?.cast_unsigned());
                let sent = self.sent_to(message);
                let group = sent.ok_or(failed(GONE, "no such message"))?;
                Action::Call(Call::Recall(group, message))
            }
            "set_group_ban" => {
                let duration = &params["duration"];
                let seconds = if duration.is_null() {
                    Some(USUAL_MUTE)
                } else {
                    whole(duration)
                };
                match seconds {
                    Some(0) => Action::Call(Call::Unmute(group()?, user()?)),
                    Some(1..) => Action::Call(Call::Mute(group()?, user()?)),
                    _ => return Err(BAD),
                }
            }
            "set_group_kick" => Action::Call(Call::Kick(group()?, user()?)),
            "get_group_member_list" => Action::Call(Call::Members(group()?)),
            "get_group_member_info" => Action::Member(group()?, user()?),
            "get_group_list" => Action::Known(self.groups()),
            "get_login_info" => {
                let me = self.settings.self_id.0;
                Action::Known(json!({"user_id": me, "nickname": "verifier"}))
            }
            "get_status" => Action::Known(json!({"online": true, "good": true})),
            "get_version_info" => Action::Known(json!({
                "app_name": "async-workbook",
                "app_version": env!("CARGO_PKG_VERSION"),
                "protocol_version": "v11",
            })),
            _ => return Err(failed(UNKNOWN_ACTION, "no such action")),
        })
    }

    /// The people of a group act on what they understand of a message.
    fn to_group(&self, group: GroupId, params: &Value) -> Result<Call, Failed> {
        let said = said(params)?;
        let message = self
            .settings
            .texts
            .heard_in_group(&said, |token| self.code(token));
        // What is about nobody is just one more message.
        let message = message.unwrap_or(Message::Report(Tally::default()));
        Ok(Call::SendToGroup(group, message))
    }

    fn to_person(&self, user: UserId, params: &Value) -> Result<Call, Failed> {
        let message = self.settings.texts.heard_in_private(&said(params)?);
        Ok(Call::SendToPerson(user, message))
    }

    /// `None` if it is never answered.
    async fn act(&self, action: Action) -> Option<Done> {
        let (call, member) = match action {
            Action::Known(data) => return Some(Ok(data)),
            Action::Call(call) => (call, None),
            Action::Member(group, user) => (Call::Members(group), Some(user)),
        };
        let answer = timeout(FORGOTTEN, self.platform.call(&call)).await.ok()?;
        if answer.is_ok() {
            self.tell_of(&call);
        }
        let done = self.data(&call, answer);
        let Some(user) = member else {
            return Some(done);
        };
        Some(done.and_then(|members| {
            let mut members = members.as_array().into_iter().flatten();
            let member = members.find(|member| member["user_id"] == user.0);
            member.cloned().ok_or(failed(GONE, "no such member"))
        }))
    }

    fn data(&self, call: &Call, answer: Answer) -> Done {
        match answer {
            Ok(Reply::Done) => Ok(Value::Null),
            Ok(Reply::Message(id)) => {
                if let Call::SendToGroup(group, _) = call {
                    self.remember(id, *group);
                }
                Ok(json!({"message_id": id.0}))
            }
            Ok(Reply::Members(there)) => match call {
                Call::Members(group) => Ok(self.members(*group, &there)),
                _ => Ok(Value::Null),
            },
            // What was no greeting means nothing to the world.
            Err(CallError::Gone) if matches!(call, Call::Recall(_, id) if self.forget(*id)) => {
                Ok(Value::Null)
            }
            Err(CallError::Gone) => Err(failed(GONE, "no such member or message")),
            Err(CallError::Refused) => Err(failed(FORBIDDEN, "the bot may not do this")),
            Err(CallError::RateLimited(wait)) => Err(Failed {
                data: json!({"retry_after": wait.as_secs().max(1)}),
                ..failed(TOO_MANY, "too many calls")
            }),
            Err(CallError::Transient | CallError::Closed) => Err(failed(FAILED, "try again")),
        }
    }

    fn groups(&self) -> Value {
        let now = self.platform.clock().now();
        self.platform.with_world(|world| {
            let groups = (1..=u64::from(world.settings().groups)).map(GroupId);
            let groups = groups.filter(|&group| world.has_bot(group, now));
            let each = groups.map(|group| {
                let there = world
                    .people()
                    .iter()
                    .filter(|it| it.group == group && it.present);
                json!({
                    "group_id": group.0,
                    "group_name": format!("group {group}"),
                    // The bot and the admin are there, too.
                    "member_count": there.count() + 2,
                    "max_member_count": 2000,
                })
            });
            each.collect()
        })
    }

    fn members(&self, group: GroupId, there: &[Present]) -> Value {
        let now = self.platform.clock().now();
        let member = |user: UserId, joined: Timestamp, role: &str, muted: bool| {
            // Nobody is told for how long.
            let until = if muted { seconds(now) + 86_400 } else { 0 };
            json!({
                "group_id": group.0,
                "user_id": user.0,
                "nickname": nickname(user),
                "card": "",
                "join_time": seconds(joined),
                "role": role,
                "shut_up_timestamp": until,
            })
        };
        let people = there.iter().map(|present| {
            let muted = present.muted.unwrap_or_default();
            member(present.user, present.joined, "member", muted)
        });
        let staff = [(ADMIN, "owner"), (self.settings.self_id, "admin")];
        let staff = staff.map(|(user, role)| member(user, Timestamp(0), role, false));
        people.chain(staff).collect()
    }

    /// The bot hears of its own mutes, as of all others.
    fn tell_of(&self, call: &Call) {
        let (group, user, sub_type, duration) = match call {
            Call::Mute(group, user) => (group, user, "ban", 86_400),
            Call::Unmute(group, user) => (group, user, "lift_ban", 0),
            _ => return,
        };
        let what = json!({
            "notice_type": "group_ban",
            "sub_type": sub_type,
            "group_id": group.0,
            "user_id": user.0,
            "operator_id": self.settings.self_id.0,
            "duration": duration,
        });
        self.broadcast(&self.told(self.platform.clock().now(), "notice", what));
    }

    /// As bots are told of it; `None` if they are not.
    pub(super) fn event(&self, delivery: &Delivery) -> Option<Value> {
        let me = self.settings.self_id;
        let notice = |kind: &str, sub_type: &str, group: GroupId, user: UserId, by: UserId| {
            let what = json!({
                "notice_type": kind,
                "sub_type": sub_type,
                "group_id": group.0,
                "user_id": user.0,
                "operator_id": by.0,
            });
            Some(self.told(delivery.at, "notice", what))
        };
        match &delivery.event {
            Event::Joined(group, user) => notice("group_increase", "approve", *group, *user, ADMIN),
            Event::Added(group) => notice("group_increase", "invite", *group, me, ADMIN),
            Event::Left(group, user) => notice("group_decrease", "leave", *group, *user, *user),
            Event::Removed(group) => notice("group_decrease", "kick_me", *group, me, ADMIN),
            Event::Kicked(group, user, by) => {
                let by = if *by == By::Bot { me } else { ADMIN };
                notice("group_decrease", "kick", *group, *user, by)
            }
            Event::Unmuted(group, user) => {
                let mut told = notice("group_ban", "lift_ban", *group, *user, ADMIN)?;
                told["duration"] = 0.into();
                Some(told)
            }
            Event::Said(user, text) => Some(self.message(delivery, *user, None, text)),
            Event::ScanAll(user) => {
                let order = self.settings.texts.order_for_all();
                Some(self.message(delivery, *user, None, order))
            }
            Event::ScanGroup(group, user, role) => {
                let order = self.settings.texts.order_for_group();
                Some(self.message(delivery, *user, Some((*group, *role)), order))
            }
            // The connection itself says so.
            Event::Connected(_) => None,
        }
    }

    fn message(
        &self,
        delivery: &Delivery,
        user: UserId,
        place: Option<(GroupId, Role)>,
        words: &str,
    ) -> Value {
        let words = self.as_written(words);
        let (message, raw) = message(&words);
        let mut sender = json!({"user_id": user.0, "nickname": nickname(user)});
        let mut what = json!({
            "message_type": "private",
            "sub_type": "friend",
            // Any number will do that no other message of a person has.
            "message_id": delivery.id.0 + 1_000_000_000,
            "user_id": user.0,
            "message": message,
            "raw_message": raw,
            "font": 0,
        });
        if let Some((group, role)) = place {
            let role = if role == Role::Admin {
                "admin"
            } else {
                "member"
            };
            sender["role"] = role.into();
            sender["card"] = "".into();
            what["message_type"] = "group".into();
            what["sub_type"] = "normal".into();
            what["group_id"] = group.0.into();
            what["anonymous"] = Value::Null;
        }
        what["sender"] = sender;
        self.told(delivery.at, "message", what)
    }

    pub(super) fn meta(&self, at: Timestamp, kind: &str, what: &Value) -> Value {
        let mut what = what.clone();
        what["meta_event_type"] = kind.into();
        self.told(at, "meta_event", what)
    }

    fn told(&self, at: Timestamp, post_type: &str, mut what: Value) -> Value {
        what["time"] = seconds(at).into();
        what["self_id"] = self.settings.self_id.0.into();
        what["post_type"] = post_type.into();
        what
    }

    /// What stands for a code in the world, whatever the bot wrote.
    fn code(&self, token: &str) -> Code {
        let code = Uuid::try_parse(token).unwrap_or_else(|_| {
            let half = |salt: u8| {
                let mut hash = Fnv1a::default();
                hash.add(&[salt]);
                hash.add(token.as_bytes());
                hash.value()
            };
            Uuid::from_u64_pair(half(0), half(1))
        });
        if code.to_string() != token {
            self.lock().codes.insert(code, token.to_owned());
        }
        Code(code)
    }

    /// The bot's own code, where the world knows another.
    fn as_written(&self, words: &str) -> String {
        let code = Uuid::try_parse(words).ok();
        let token = code.and_then(|code| self.lock().codes.get(&code).cloned());
        token.unwrap_or_else(|| words.to_owned())
    }
}

fn said(params: &Value) -> Result<Vec<Segment>, Failed> {
    let message = params.get("message").ok_or(BAD)?;
    let is_plain = matches!(&params["auto_escape"], Value::Bool(true))
        || params["auto_escape"] == 1
        || params["auto_escape"] == "true";
    match message {
        Value::String(text) if is_plain => Ok(vec![Segment::Text(text.clone())]),
        Value::String(_) | Value::Array(_) | Value::Object(_) => Ok(segments::from_json(message)),
        _ => Err(BAD),
    }
}

fn answer(done: Done, echo: Option<Value>) -> Value {
    let mut answer = match done {
        Ok(data) => json!({"status": "ok", "retcode": 0, "data": data}),
        Err(Failed {
            retcode,
            words,
            data,
        }) => json!({
            "status": "failed",
            "retcode": retcode,
            "data": data,
            "msg": words,
            "wording": words,
        }),
    };
    if let Some(echo) = echo {
        answer["echo"] = echo;
    }
    answer
}

fn nickname(user: UserId) -> String {
    format!("member {user}")
}

fn seconds(at: Timestamp) -> u64 {
    at.0 / 1000
}

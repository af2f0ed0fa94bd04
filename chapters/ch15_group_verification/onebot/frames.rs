//! What stands in a frame. Reading is lenient: ids are numbers, whole floats, or strings of digits; fields may be
//! missing, or be there that nobody knows. Writing is strict: ids are numbers.

use std::time::Duration;

use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use super::{
    segments::{self, Segment},
    texts::Texts,
};
use crate::{
    model::{GroupId, MessageId, Timestamp, UserId},
    platform::{Answer, By, Call, CallError, Event, Present, Reply, Role},
};

/// Refused with this because the parameters are wrong.
pub const BAD_PARAMETERS: i64 = 1400;
/// Refused with this because the bot may not.
pub const FORBIDDEN: i64 = 1403;
/// Refused with this because there is no such action.
pub const UNKNOWN_ACTION: i64 = 1404;
/// Failed with this because there is no such member or message.
pub const GONE: i64 = 1410;
/// Failed with this because there were too many; `data.retry_after` says how many seconds to wait.
pub const TOO_MANY: i64 = 1429;
/// Failed with this for reasons of the platform's own.
pub const FAILED: i64 = 1500;

/// The longest mute that platforms accept: a second less than thirty days.
pub const LONGEST_MUTE: Duration = Duration::from_secs(30 * 86_400 - 1);

/// A number that is not negative, however it is written.
#[must_use]
pub fn id(value: &Value) -> Option<u64> {
    u64::try_from(whole(value)?).ok()
}

/// A whole number, however it is written.
#[must_use]
pub fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64().or_else(|| {
            // Beyond 2^53 a float is no whole number that anybody meant.
            let float = number
                .as_f64()
                .filter(|it| it.fract() == 0.0 && it.abs() < 9.0e15)?;
            format!("{float:.0}").parse().ok()
        }),
        Value::String(digits) => digits.trim().parse().ok(),
        _ => None,
    }
}

fn lenient<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    Ok(id(&Value::deserialize(deserializer)?))
}

fn words<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let value = Value::deserialize(deserializer)?;
    Ok(value.as_str().unwrap_or_default().to_owned())
}

/// What an implementation tells a bot, as far as this program looks at it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Told {
    #[serde(deserialize_with = "lenient")]
    time: Option<u64>,
    #[serde(deserialize_with = "lenient")]
    self_id: Option<u64>,
    #[serde(deserialize_with = "words")]
    post_type: String,
    #[serde(deserialize_with = "words")]
    meta_event_type: String,
    #[serde(deserialize_with = "words")]
    message_type: String,
    #[serde(deserialize_with = "words")]
    notice_type: String,
    #[serde(deserialize_with = "words")]
    sub_type: String,
    #[serde(deserialize_with = "lenient")]
    group_id: Option<u64>,
    #[serde(deserialize_with = "lenient")]
    user_id: Option<u64>,
    #[serde(deserialize_with = "lenient")]
    operator_id: Option<u64>,
    #[serde(deserialize_with = "lenient")]
    interval: Option<u64>,
    message: Value,
    raw_message: Value,
    sender: Value,
}

impl Told {
    /// Reads a frame that was parsed; `None` if it is no object.
    #[must_use]
    pub fn read(frame: &Value) -> Option<Self> {
        // From a reference, so that what is not looked at is not copied.
        frame
            .is_object()
            .then(|| Self::deserialize(frame).ok())
            .flatten()
    }

    /// When it was told, in whole seconds.
    #[must_use]
    pub fn at(&self) -> Option<Timestamp> {
        Some(Timestamp(self.time?.checked_mul(1000)?))
    }

    /// Who the bot is.
    #[must_use]
    pub fn self_id(&self) -> Option<UserId> {
        self.self_id.map(UserId)
    }

    /// Whether it is the first of a connection.
    #[must_use]
    pub fn is_beginning(&self) -> bool {
        self.post_type == "meta_event"
            && self.meta_event_type == "lifecycle"
            && self.sub_type == "connect"
    }

    /// How often a heartbeat comes, if this is one.
    #[must_use]
    pub fn heartbeat(&self) -> Option<Duration> {
        let is_one = self.post_type == "meta_event" && self.meta_event_type == "heartbeat";
        let interval = self.interval.filter(|&interval| is_one && interval > 0)?;
        Some(Duration::from_millis(interval))
    }

    /// What it means to the bot `me`; `None` if nothing.
    #[must_use]
    pub fn event(&self, me: UserId, owner: UserId, texts: &Texts) -> Option<Event> {
        let user = || self.user_id.filter(|&user| user != 0).map(UserId);
        let group = || self.group_id.map(GroupId);
        let by_bot = self.operator_id == Some(me.0);
        match (self.post_type.as_str(), self.notice_type.as_str()) {
            ("message", _) => self.said(me, owner, texts),
            ("notice", "group_increase") if user()? == me => Some(Event::Added(group()?)),
            ("notice", "group_increase") => Some(Event::Joined(group()?, user()?)),
            ("notice", "group_decrease") if self.sub_type == "kick_me" || user()? == me => {
                Some(Event::Removed(group()?))
            }
            ("notice", "group_decrease") if self.sub_type == "kick" => {
                let by = if by_bot { By::Bot } else { By::Admin };
                Some(Event::Kicked(group()?, user()?, by))
            }
            ("notice", "group_decrease") => Some(Event::Left(group()?, user()?)),
            ("notice", "group_ban") if self.sub_type == "lift_ban" && !by_bot => {
                Some(Event::Unmuted(group()?, user()?))
            }
            _ => None,
        }
    }

    fn said(&self, me: UserId, owner: UserId, texts: &Texts) -> Option<Event> {
        let user = UserId(self.user_id?);
        let message = if self.message.is_null() {
            &self.raw_message
        } else {
            &self.message
        };
        let words = segments::words(&segments::from_json(message));
        match self.message_type.as_str() {
            // Some implementations tell a bot what it said itself.
            _ if user == me => None,
            "private" if user == owner && texts.asks_for_all(&words) => Some(Event::ScanAll(user)),
            "private" => Some(Event::Said(user, words)),
            "group" if texts.asks_for_group(&words) => {
                let role = match self.sender["role"].as_str() {
                    Some("owner" | "admin") => Role::Admin,
                    _ => Role::Member,
                };
                Some(Event::ScanGroup(GroupId(self.group_id?), user, role))
            }
            _ => None,
        }
    }
}

/// A call as a frame: its action and parameters. The bot numbers its calls, and the answer returns the number.
#[must_use]
pub fn request(call: &Call, texts: &Texts, echo: u64) -> Value {
    let (action, params) = match call {
        Call::SendToGroup(group, message) => {
            let message = segments::to_json(&texts.say(message));
            (
                "send_group_msg",
                json!({"group_id": group.0, "message": message}),
            )
        }
        Call::SendToPerson(user, message) => {
            let message = segments::to_json(&texts.say(message));
            (
                "send_private_msg",
                json!({"user_id": user.0, "message": message}),
            )
        }
        Call::Mute(group, user) => ("set_group_ban", ban(*group, *user, LONGEST_MUTE)),
        Call::Unmute(group, user) => ("set_group_ban", ban(*group, *user, Duration::ZERO)),
        Call::Kick(group, user) => (
            "set_group_kick",
            json!({"group_id": group.0, "user_id": user.0, "reject_add_request": false}),
        ),
        Call::Recall(_, message) => ("delete_msg", json!({"message_id": message.0.cast_signed()})),
        Call::Members(group) => (
            "get_group_member_list",
            json!({"group_id": group.0, "no_cache": true}),
        ),
    };
    plain_request(action, &params, echo)
}

/// A call that is not one of the port's.
#[must_use]
pub fn plain_request(action: &str, params: &Value, echo: u64) -> Value {
    json!({"action": action, "params": params, "echo": echo})
}

fn ban(group: GroupId, user: UserId, duration: Duration) -> Value {
    json!({"group_id": group.0, "user_id": user.0, "duration": duration.as_secs()})
}

/// Which call this frame answers, if it is an answer.
#[must_use]
pub fn echo(frame: &Value) -> Option<u64> {
    frame.get("retcode")?;
    id(&frame["echo"])
}

/// What the answer to this call says to the bot `me`, at this moment.
///
/// # Errors
///
/// Why it failed. What platforms mean by other numbers than those above is not agreed upon: most often that
/// the bot lacks a right, and, of a message to be recalled, that it is gone or too old.
pub fn answer(call: &Call, frame: &Value, me: UserId, now: Timestamp) -> Answer {
    if let Some(error) = failure(frame) {
        return Err(match (error, call) {
            (Failure::Other, Call::Recall(..)) => CallError::Gone,
            (Failure::Other, _) => CallError::Refused,
            (Failure::Known(error), _) => error,
        });
    }
    let data = &frame["data"];
    Ok(match call {
        Call::SendToGroup(..) | Call::SendToPerson(..) => match whole(&data["message_id"]) {
            Some(id) => Reply::Message(MessageId(id.cast_unsigned())),
            None => Reply::Done,
        },
        Call::Members(_) => {
            let members = data.as_array().ok_or(CallError::Transient)?;
            let members = members.iter().filter_map(|member| present(member, me, now));
            Reply::Members(members.collect())
        }
        Call::Mute(..) | Call::Unmute(..) | Call::Kick(..) | Call::Recall(..) => Reply::Done,
    })
}

/// The groups in which the bot is, as the answer to `get_group_list` says.
///
/// # Errors
///
/// If the answer is a failure, or none.
pub fn groups(frame: &Value) -> Result<Vec<GroupId>, CallError> {
    let list = match failure(frame) {
        None => frame["data"].as_array(),
        Some(_) => None,
    };
    let list = list.ok_or(CallError::Transient)?;
    let ids = list.iter().filter_map(|group| id(&group["group_id"]));
    Ok(ids.map(GroupId).collect())
}

enum Failure {
    Known(CallError),
    Other,
}

fn failure(frame: &Value) -> Option<Failure> {
    let code = whole(&frame["retcode"]).unwrap_or(FAILED);
    let failed = frame["status"] == "failed" || code != 0 && frame["status"] != "async";
    failed.then(|| match code {
        FORBIDDEN => Failure::Known(CallError::Refused),
        GONE => Failure::Known(CallError::Gone),
        TOO_MANY => {
            let wait = id(&frame["data"]["retry_after"]).unwrap_or(5);
            Failure::Known(CallError::RateLimited(Duration::from_secs(wait)))
        }
        FAILED..1600 => Failure::Known(CallError::Transient),
        _ => Failure::Other,
    })
}

/// Those who may give orders need not prove anything, and the bot is not a member like others.
fn present(member: &Value, me: UserId, now: Timestamp) -> Option<Present> {
    let user = UserId(id(&member["user_id"])?);
    let is_member = !matches!(member["role"].as_str(), Some("owner" | "admin"));
    let joined = id(&member["join_time"]).unwrap_or_default();
    let muted = whole(&member["shut_up_timestamp"]);
    (is_member && user != me).then(|| Present {
        user,
        joined: Timestamp(joined.saturating_mul(1000)),
        muted: muted.map(|until| until.saturating_mul(1000) > now.0.cast_signed()),
    })
}

/// Words as the bot's own segments, for events.
#[must_use]
pub fn message(words: &str) -> (Value, String) {
    let segments = [Segment::Text(words.to_owned())];
    (segments::to_json(&segments), segments::to_cq(&segments))
}

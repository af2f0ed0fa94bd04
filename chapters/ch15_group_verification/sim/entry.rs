use std::{
    fmt::{self, Display},
    str::FromStr,
};

use uuid::Uuid;

use crate::{
    model::{Code, GroupId, MessageId, Timestamp, UserId},
    platform::{By, Call, Event, EventId, Message, Role, Tally},
};

/// A line of a journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// What.
    pub record: Record,
}

/// What a journal keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// A bot starts.
    Start,
    /// A bot has stopped, as it was asked to: after a crash there is no such line.
    Stop,
    /// Something happened of which the bot is to be told.
    Event(EventId, Event),
    /// A call of the bot, and how it ended.
    Call(Call, CallEnd),
    /// The bot need not be told of this event again.
    Settled(EventId),
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallEnd {
    /// It was done.
    Done,
    /// It was done, and sent this message.
    Message(MessageId),
    /// So many people are in the group.
    Members(usize),
    /// There was nobody, or nothing, to do it to.
    Gone,
    /// The bot may not.
    Refused,
    /// It was done, and the answer was lost.
    ReplyLost,
    /// Too many calls.
    TooMany,
    /// It never arrived.
    Failed,
    /// It was never answered.
    NoAnswer,
}

impl CallEnd {
    /// Whether it reached the platform.
    #[must_use]
    pub fn has_arrived(self) -> bool {
        !matches!(self, Self::TooMany | Self::Failed | Self::NoAnswer)
    }

    /// Whether the caller heard that it was done.
    #[must_use]
    pub fn is_success(self) -> bool {
        matches!(self, Self::Done | Self::Message(_) | Self::Members(_))
    }
}

/// A line of a journal that is not one of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a line of a journal")]
pub struct NotAnEntry;

impl Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.at.0)?;
        match &self.record {
            Record::Start => f.write_str("start"),
            Record::Stop => f.write_str("stop"),
            Record::Event(id, event) => write!(f, "event {} {}", id.0, Told(event)),
            Record::Call(call, outcome) => write!(f, "call {} = {outcome}", Asked(call)),
            Record::Settled(id) => write!(f, "settled {}", id.0),
        }
    }
}

impl FromStr for Entry {
    type Err = NotAnEntry;

    fn from_str(line: &str) -> Result<Self, NotAnEntry> {
        let parse = || {
            let (at, words) = line.split_once(' ')?;
            let (kind, words) = words.split_once(' ').unwrap_or((words, ""));
            let record = match kind {
                "start" if words.is_empty() => Record::Start,
                "stop" if words.is_empty() => Record::Stop,
                "event" => {
                    let (id, event) = words.split_once(' ')?;
                    Record::Event(EventId(id.parse().ok()?), told(event)?)
                }
                "call" => {
                    let (call, outcome) = words.split_once(" = ")?;
                    Record::Call(asked(call)?, outcome.parse().ok()?)
                }
                "settled" => Record::Settled(EventId(words.parse().ok()?)),
                _ => return None,
            };
            let at = Timestamp(at.parse().ok()?);
            Some(Self { at, record })
        };
        parse().ok_or(NotAnEntry)
    }
}

impl Display for CallEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Done => f.write_str("done"),
            Self::Message(id) => write!(f, "message {}", id.0),
            Self::Members(count) => write!(f, "members {count}"),
            Self::Gone => f.write_str("gone"),
            Self::Refused => f.write_str("refused"),
            Self::ReplyLost => f.write_str("done, reply lost"),
            Self::TooMany => f.write_str("not done, too many"),
            Self::Failed => f.write_str("not done, failed"),
            Self::NoAnswer => f.write_str("not done, no answer"),
        }
    }
}

impl FromStr for CallEnd {
    type Err = NotAnEntry;

    fn from_str(words: &str) -> Result<Self, NotAnEntry> {
        let number = |words: &str| words.parse().ok();
        Ok(match words {
            "done" => Self::Done,
            "gone" => Self::Gone,
            "refused" => Self::Refused,
            "done, reply lost" => Self::ReplyLost,
            "not done, too many" => Self::TooMany,
            "not done, failed" => Self::Failed,
            "not done, no answer" => Self::NoAnswer,
            _ => match words.split_once(' ') {
                Some(("message", id)) => Self::Message(MessageId(id.parse().or(Err(NotAnEntry))?)),
                Some(("members", count)) => Self::Members(number(count).ok_or(NotAnEntry)?),
                _ => return Err(NotAnEntry),
            },
        })
    }
}

struct Asked<'a>(&'a Call);

impl Display for Asked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Call::Mute(group, user) => write!(f, "mute {group} {user}"),
            Call::Unmute(group, user) => write!(f, "unmute {group} {user}"),
            Call::Kick(group, user) => write!(f, "kick {group} {user}"),
            Call::Recall(group, message) => write!(f, "recall {group} {}", message.0),
            Call::Members(group) => write!(f, "members {group}"),
            Call::SendToGroup(group, message) => write!(f, "post {group} {}", Said(message)),
            Call::SendToPerson(user, message) => write!(f, "send {user} {}", Said(message)),
        }
    }
}

struct Said<'a>(&'a Message);

impl Display for Said<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Message::Greeting { user, code } => write!(f, "greeting {user} {code}"),
            Message::Welcome(group) => write!(f, "welcome {group}"),
            Message::Warning(users) => write!(f, "warning {}", Commas(users)),
            Message::Announcement(users) => write!(f, "announcement {}", Commas(users)),
            Message::Notice { group, warn, kick } => write!(f, "notice {group} {warn} {kick}"),
            Message::NoRights(group) => write!(f, "norights {group}"),
            Message::Report(Tally {
                groups,
                failed,
                warned,
                kicked,
            }) => write!(f, "report {groups} {failed} {warned} {kicked}"),
        }
    }
}

struct Commas<'a, T>(&'a [T]);

impl<T: Display> Display for Commas<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, one) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            write!(f, "{comma}{one}")?;
        }
        Ok(())
    }
}

struct Told<'a>(&'a Event);

impl Display for Told<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Event::Joined(group, user) => write!(f, "{user} joins {group}"),
            Event::Left(group, user) => write!(f, "{user} leaves {group}"),
            Event::Kicked(group, user, By::Admin) => write!(f, "admin kicks {user} from {group}"),
            Event::Kicked(group, user, By::Bot) => write!(f, "bot kicks {user} from {group}"),
            Event::Unmuted(group, user) => write!(f, "admin unmutes {user} in {group}"),
            Event::Said(user, text) => write!(f, "{user} says {text}"),
            Event::ScanGroup(group, by, Role::Admin) => {
                write!(f, "admin {by} orders a scan of {group}")
            }
            Event::ScanGroup(group, by, Role::Member) => {
                write!(f, "member {by} orders a scan of {group}")
            }
            Event::ScanAll(by) => write!(f, "{by} orders a scan of all groups"),
            Event::Connected(groups) => write!(f, "platform connects {}", Commas(groups)),
            Event::Added(group) => write!(f, "bot is added to {group}"),
            Event::Removed(group) => write!(f, "bot is removed from {group}"),
        }
    }
}

/// Reads back a call.
fn asked(words: &str) -> Option<Call> {
    let words: Vec<&str> = words.split(' ').collect();
    let number = |index: usize| words.get(index)?.parse::<u64>().ok();
    let small = |index: usize| words.get(index)?.parse::<u32>().ok();
    let (first, user) = (number(1)?, || number(2).map(UserId));
    let group = GroupId(first);
    Some(match *words.first()? {
        "mute" => Call::Mute(group, user()?),
        "unmute" => Call::Unmute(group, user()?),
        "kick" => Call::Kick(group, user()?),
        "recall" => Call::Recall(group, MessageId(number(2)?)),
        "members" => Call::Members(group),
        kind @ ("post" | "send") => {
            let users = || commas(words.get(3)?, UserId);
            let message = match *words.get(2)? {
                "greeting" => Message::Greeting {
                    user: UserId(number(3)?),
                    code: Code(Uuid::try_parse(words.get(4)?).ok()?),
                },
                "welcome" => Message::Welcome(GroupId(number(3)?)),
                "norights" => Message::NoRights(GroupId(number(3)?)),
                "warning" => Message::Warning(users()?),
                "announcement" => Message::Announcement(users()?),
                "notice" => Message::Notice {
                    group: GroupId(number(3)?),
                    warn: small(4)? as usize,
                    kick: small(5)? as usize,
                },
                "report" => Message::Report(Tally {
                    groups: small(3)?,
                    failed: small(4)?,
                    warned: small(5)?,
                    kicked: small(6)?,
                }),
                _ => return None,
            };
            if kind == "post" {
                Call::SendToGroup(group, message)
            } else {
                Call::SendToPerson(UserId(first), message)
            }
        }
        _ => return None,
    })
}

/// Reads back an event.
fn told(words: &str) -> Option<Event> {
    let number = |word: &str| word.parse::<u64>().ok();
    let (user, group) = (
        |word: &str| number(word).map(UserId),
        |word: &str| number(word).map(GroupId),
    );
    if let Some((who, text)) = words.split_once(" says ") {
        return Some(Event::Said(user(who)?, text.into()));
    }
    Some(match words.split(' ').collect::<Vec<_>>()[..] {
        [who, "joins", place] => Event::Joined(group(place)?, user(who)?),
        [who, "leaves", place] => Event::Left(group(place)?, user(who)?),
        ["admin", "kicks", who, "from", place] => {
            Event::Kicked(group(place)?, user(who)?, By::Admin)
        }
        ["bot", "kicks", who, "from", place] => Event::Kicked(group(place)?, user(who)?, By::Bot),
        ["admin", "unmutes", who, "in", place] => Event::Unmuted(group(place)?, user(who)?),
        [role, who, "orders", "a", "scan", "of", place] => {
            let role = match role {
                "admin" => Role::Admin,
                "member" => Role::Member,
                _ => return None,
            };
            Event::ScanGroup(group(place)?, user(who)?, role)
        }
        [who, "orders", "a", "scan", "of", "all", "groups"] => Event::ScanAll(user(who)?),
        ["platform", "connects", groups] => Event::Connected(commas(groups, GroupId)?),
        ["bot", "is", "added", "to", place] => Event::Added(group(place)?),
        ["bot", "is", "removed", "from", place] => Event::Removed(group(place)?),
        _ => return None,
    })
}

fn commas<T>(words: &str, id: impl Fn(u64) -> T) -> Option<Vec<T>> {
    let words = words.split(',').filter(|word| !word.is_empty());
    words.map(|word| word.parse().ok().map(&id)).collect()
}

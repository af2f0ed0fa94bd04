use std::{
    fmt::{self, Write as _},
    fs::File,
    io::{self, Write as _},
};

use uuid::Uuid;

use crate::{
    hash::Fnv1a,
    model::{Code, GroupId, MessageId, Timestamp, UserId},
    platform::{Answer, By, Call, CallError, Delivery, Event, Message, Role, Tally},
};

/// A line of a journal is not one of ours; lines are counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {0} is not understood")]
pub struct JournalError(pub usize);

/// Writes down everything that happens in the world, a line each, and hashes it.
#[derive(Debug, Default)]
pub struct Journal {
    hash: Fnv1a,
    own: Option<File>,
    transcript: Option<File>,
    line: String,
    failed: Option<io::Error>,
}

impl Journal {
    /// A journal in files: its `own`, from which it can be read again, and a `transcript` for
    /// people. Lines are written one by one, without a buffer, so that they survive the end of
    /// the process.
    #[must_use]
    pub fn new(own: Option<File>, transcript: Option<File>) -> Self {
        Self {
            own,
            transcript,
            ..Self::default()
        }
    }

    /// A number that is equal for equal journals.
    #[must_use]
    pub fn digest(&self) -> u64 {
        self.hash.value()
    }

    /// The first failure to write, if there was one.
    pub fn take_failure(&mut self) -> Option<io::Error> {
        self.failed.take()
    }

    pub(super) fn event(&mut self, delivery: &Delivery) {
        let Delivery { id, at, event } = delivery;
        self.write(*at, format_args!("event {} {}", id.0, Told(event)));
    }

    pub(super) fn call(&mut self, at: Timestamp, call: &Call, outcome: Outcome) {
        self.write(at, format_args!("call {} = {outcome}", Asked(call)));
    }

    pub(super) fn settled(&mut self, at: Timestamp, event: u64) {
        self.write(at, format_args!("settled {event}"));
    }

    /// Takes in a line that was written before, without writing it again.
    pub(super) fn reread(&mut self, line: &str) {
        self.line.clear();
        self.line.extend([line, "\n"]);
        self.keep(false);
    }

    fn write(&mut self, at: Timestamp, words: fmt::Arguments<'_>) {
        self.line.clear();
        // Writing to a string does not fail.
        let _ = writeln!(self.line, "{} {words}", at.0);
        self.keep(true);
    }

    fn keep(&mut self, is_new: bool) {
        self.hash.add(self.line.as_bytes());
        let own = self.own.as_mut().filter(|_| is_new);
        for file in own.into_iter().chain(&mut self.transcript) {
            if let Err(error) = file.write_all(self.line.as_bytes()) {
                self.failed.get_or_insert(error);
            }
        }
    }
}

/// How a call ended, as the journal has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It reached the platform, which gave this answer.
    Answered(Answer),
    /// It reached the platform, and the answer was lost.
    ReplyLost,
    /// It did not reach it.
    Failed(CallError),
}

impl fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answered(Ok(Some(id))) => write!(formatter, "message {}", id.0),
            Self::Answered(Ok(None)) => formatter.write_str("done"),
            Self::Answered(Err(_)) => formatter.write_str("gone"),
            Self::ReplyLost => formatter.write_str("done, reply lost"),
            Self::Failed(CallError::RateLimited(_)) => formatter.write_str("not done, too many"),
            Self::Failed(_) => formatter.write_str("not done, failed"),
        }
    }
}

/// A call as a few words that can be read back.
struct Asked<'a>(&'a Call);

impl fmt::Display for Asked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Call::Mute(group, user) => write!(f, "mute {group} {user}"),
            Call::Unmute(group, user) => write!(f, "unmute {group} {user}"),
            Call::Kick(group, user) => write!(f, "kick {group} {user}"),
            Call::Recall(group, message) => write!(f, "recall {group} {}", message.0),
            Call::SendToGroup(group, message) => write!(f, "post {group} {}", Said(message)),
            Call::SendToPerson(user, message) => write!(f, "send {user} {}", Said(message)),
        }
    }
}

struct Said<'a>(&'a Message);

impl fmt::Display for Said<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Message::Greeting { user, code } => write!(f, "greeting {user} {code}"),
            Message::Welcome(group) => write!(f, "welcome {group}"),
            Message::Warning(users) => write!(f, "warning {}", Commas(users)),
            Message::Announcement(users) => write!(f, "announcement {}", Commas(users)),
            Message::Notice { group, warn, kick } => write!(f, "notice {group} {warn} {kick}"),
            Message::Report(Tally {
                groups,
                failed,
                warned,
                kicked,
            }) => write!(f, "report {groups} {failed} {warned} {kicked}"),
        }
    }
}

struct Commas<'a>(&'a [UserId]);

impl fmt::Display for Commas<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, user) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            write!(f, "{comma}{user}")?;
        }
        Ok(())
    }
}

struct Told<'a>(&'a Event);

impl fmt::Display for Told<'_> {
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
        }
    }
}

/// Reads back a call from the words of a journal.
#[must_use]
pub fn parse_call(words: &str) -> Option<Call> {
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
        kind @ ("post" | "send") => {
            let users = || -> Option<Vec<UserId>> {
                let ids = words.get(3)?.split(',');
                ids.map(|id| id.parse().ok().map(UserId)).collect()
            };
            let message = match *words.get(2)? {
                "greeting" => Message::Greeting {
                    user: UserId(number(3)?),
                    code: Code(Uuid::try_parse(words.get(4)?).ok()?),
                },
                "welcome" => Message::Welcome(GroupId(number(3)?)),
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

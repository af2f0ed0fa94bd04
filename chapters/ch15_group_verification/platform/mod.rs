//! The port to the chat platform: what the bot can ask for, how it can fail, and what is wrapped
//! around it.

mod pace;
mod polite;

use std::{fmt, sync::Arc, time::Duration};

pub use pace::Pace;
pub use polite::{Polite, Turn};

use super::model::{Code, GroupId, MessageId, Timestamp, UserId};

/// A request to the platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Call {
    /// Writes into a group.
    SendToGroup(GroupId, Message),
    /// Writes to one person.
    SendToPerson(UserId, Message),
    /// Takes a member's voice in a group.
    Mute(GroupId, UserId),
    /// Gives it back.
    Unmute(GroupId, UserId),
    /// Removes a member from a group.
    Kick(GroupId, UserId),
    /// Takes back a message.
    Recall(GroupId, MessageId),
    /// Asks who is in a group.
    Members(GroupId),
}

/// What the bot says. [`Display`](fmt::Display) is one way to put it; a platform may have other words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// To the group: who has joined, and the code.
    Greeting {
        /// Who is meant.
        user: UserId,
        /// What to send back.
        code: Code,
    },
    /// To the person: verified.
    Welcome(GroupId),
    /// To the group: these members have not sent their code yet.
    Warning(Vec<UserId>),
    /// To the group: these members will be kicked now.
    Announcement(Vec<UserId>),
    /// To the owner: this group is being scanned.
    Notice {
        /// Which group.
        group: GroupId,
        /// How many are to be warned.
        warn: usize,
        /// How many are to be kicked.
        kick: usize,
    },
    /// To the owner, at the end of a scan.
    Report(Tally),
    /// To the owner: the platform refuses what the bot has to do in this group.
    NoRights(GroupId),
}

/// What a scan did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Groups that were scanned to the end.
    pub groups: u32,
    /// Groups that were not.
    pub failed: u32,
    /// Warnings delivered.
    pub warned: u32,
    /// Members kicked.
    pub kicked: u32,
}

impl fmt::Display for Message {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Greeting { user, code } => write!(
                formatter,
                "{}, welcome! Please send me this code in private: {code}",
                At(&[*user])
            ),
            Self::Welcome(group) => {
                write!(formatter, "Thank you. You may speak in group {group} now.")
            }
            Self::Warning(users) => write!(
                formatter,
                "{}: please send me your code in private, or you will have to leave.",
                At(users)
            ),
            Self::Announcement(users) => write!(
                formatter,
                "{}: no code in spite of all warnings; goodbye.",
                At(users)
            ),
            Self::Notice { group, warn, kick } => write!(
                formatter,
                "Scanning group {group}: {warn} to warn, {kick} to kick."
            ),
            Self::Report(tally) => write!(
                formatter,
                "Scan done: {} groups, {} warned, {} kicked, {} groups failed.",
                tally.groups, tally.warned, tally.kicked, tally.failed
            ),
            Self::NoRights(group) => write!(
                formatter,
                "I lack rights in group {group}, and leave it alone for a while."
            ),
        }
    }
}

/// `@101, @102`
struct At<'a>(&'a [UserId]);

impl fmt::Display for At<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, user) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(formatter, "{comma}@{user}")?;
        }
        Ok(())
    }
}

/// The platform's answer.
pub type Answer = Result<Reply, CallError>;

/// What comes back from a call that succeeded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// Nothing but that.
    Done,
    /// The id of what was sent.
    Message(MessageId),
    /// Who is in the group.
    Members(Vec<Present>),
}

/// Somebody who is in a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Present {
    /// Who.
    pub user: UserId,
    /// Since when.
    pub joined: Timestamp,
    /// Whether they have no voice; `None` where the platform does not say.
    pub muted: Option<bool>,
}

/// Why a call did not succeed, or may not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// No answer, or a broken one. The call may have happened all the same.
    #[error("no answer from the platform")]
    Transient,
    /// Too many calls.
    #[error("too many calls; the platform asks to wait {0:?}")]
    RateLimited(Duration),
    /// There is no such member or message (any more).
    #[error("no such member or message")]
    Gone,
    /// The bot may not do this.
    #[error("the platform refused")]
    Refused,
    /// The connection is closed for good.
    #[error("the connection is closed")]
    Closed,
}

impl CallError {
    /// Whether the same call may succeed a little later.
    #[must_use]
    pub fn is_passing(self) -> bool {
        matches!(self, Self::Transient | Self::RateLimited(_))
    }
}

/// A chat platform, asked asynchronously.
pub trait Platform: Send + Sync + 'static {
    /// Makes one call and waits for the answer.
    ///
    /// # Cancel safety
    ///
    /// A call that is dropped before its answer may have happened or not.
    fn call(&self, call: &Call) -> impl Future<Output = Answer> + Send;

    /// Tells the source of events that this one need not be delivered again. Platforms that
    /// never deliver twice have nothing to do.
    fn settled(&self, _event: EventId) {}
}

/// A chat platform, asked by a thread that waits.
pub trait BlockingPlatform: Sync {
    /// Makes one call and waits for the answer.
    ///
    /// # Errors
    ///
    /// Those of [`CallError`].
    fn call(&self, call: &Call) -> Answer;
}

impl<P: Platform> Platform for Arc<P> {
    fn call(&self, call: &Call) -> impl Future<Output = Answer> + Send {
        P::call(self, call)
    }

    fn settled(&self, event: EventId) {
        P::settled(self, event);
    }
}

/// Names an event until it is settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId(pub u64);

/// What the platform delivers: an event and when it happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// For [`Platform::settled`].
    pub id: EventId,
    /// When it happened.
    pub at: Timestamp,
    /// What happened.
    pub event: Event,
}

/// What people do, and what happens to the bot.
///
/// Events may come late, twice, in another order, or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Somebody joined a group.
    Joined(GroupId, UserId),
    /// Somebody left a group.
    Left(GroupId, UserId),
    /// Somebody was removed from a group.
    Kicked(GroupId, UserId, By),
    /// An admin gave a member's voice back.
    Unmuted(GroupId, UserId),
    /// Somebody wrote to the bot in private.
    Said(UserId, String),
    /// Somebody asks for a scan of one group.
    ScanGroup(GroupId, UserId, Role),
    /// Somebody asks for a scan of all groups.
    ScanAll(UserId),
    /// The platform listens, and all that it kept for the bot has been delivered. The bot is in
    /// these groups. Comes first in the life of a bot, and again whenever the connection was
    /// broken: who came or went meanwhile may not have been told.
    Connected(Vec<GroupId>),
    /// The bot was added to a group.
    Added(GroupId),
    /// The bot was removed from a group.
    Removed(GroupId),
}

/// Who removed a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// An admin of the group.
    Admin,
    /// The bot itself.
    Bot,
}

/// What somebody is in a group, as the platform says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// May give orders.
    Admin,
    /// May not.
    Member,
}

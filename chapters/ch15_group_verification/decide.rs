//! What an event means for one member: plain functions over plain data.
//!
//! Nothing in here waits, asks for the time or talks to anybody. The change is returned; what
//! there is to do about it is part of the change ([`Member::owed`]), so that both are stored
//! together.

use super::model::{Code, Member, MessageId, Status, Step, Steps, Timestamp, UserId};

/// What can happen to one person in one group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happening {
    /// Joined; the code is to be used if a new case begins.
    Joined(Code),
    /// Wrote this to the bot in private.
    Said(String),
    /// Went away.
    Left,
    /// An admin kicked the member.
    KickedByAdmin,
    /// The platform confirms a kick by the bot.
    KickedByBot,
    /// An admin unmuted the member.
    UnmutedByAdmin,
}

/// What becomes of a member; `None` if nothing changes.
#[must_use]
pub fn decide(
    user: UserId,
    known: Option<&Member>,
    happening: &Happening,
    now: Timestamp,
) -> Option<Member> {
    let pending = known.filter(|member| member.status == Status::Pending);
    match (pending, happening) {
        (None, Happening::Joined(code)) => Some(Member {
            user,
            status: Status::Pending,
            code: *code,
            joined: now,
            warnings: 0,
            warned: None,
            greeting: None,
            owed: Steps::default().with(Step::Mute).with(Step::Greet),
        }),
        (Some(member), Happening::Joined(_)) => Some(joined_again(member)),
        (Some(member), Happening::Said(text)) if member.code.is(text) => Some(closed(
            member,
            Status::Verified,
            Steps::default().with(Step::Unmute).with(Step::Welcome),
        )),
        // A wrong code, or somebody who owes the bot nothing.
        (Some(_), Happening::Said(_)) | (None, _) => None,
        (Some(member), Happening::Left) => Some(closed(member, Status::Left, Steps::default())),
        (Some(member), Happening::KickedByAdmin) => {
            Some(closed(member, Status::KickedByAdmin, Steps::default()))
        }
        (Some(member), Happening::KickedByBot) => {
            Some(closed(member, Status::KickedByTimeout, Steps::default()))
        }
        // A mute of ours may have crossed the admin's hand, so it is undone once more.
        (Some(member), Happening::UnmutedByAdmin) => Some(closed(
            member,
            Status::UnmutedByAdmin,
            Steps::default().with(Step::Unmute),
        )),
    }
}

/// The same event once more, after a crash, or a leaving that was missed: the case goes on, with
/// the code that may already have been read.
fn joined_again(member: &Member) -> Member {
    let mut owed = member.owed.with(Step::Mute);
    if member.greeting.is_none() {
        owed = owed.with(Step::Greet);
    }
    Member {
        owed,
        ..member.clone()
    }
}

/// Ends a case. What was still owed to a pending member is void; its greeting goes.
pub(crate) fn closed(member: &Member, status: Status, owed: Steps) -> Member {
    Member {
        status,
        owed: match member.greeting {
            Some(_) => owed.with(Step::Recall),
            None => owed,
        },
        ..member.clone()
    }
}

/// What becomes of a member when a step that was owed is done, or turned out to be impossible
/// for good. `message` is the greeting, if there is a new one.
#[must_use]
pub fn done(member: &Member, step: Step, message: Option<MessageId>) -> Member {
    Member {
        owed: member.owed.without(step),
        greeting: match step {
            Step::Greet => message,
            Step::Recall => None,
            _ => member.greeting,
        },
        ..member.clone()
    }
}

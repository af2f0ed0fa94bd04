//! What an event means for one member: plain functions over plain data.
//!
//! Nothing in here waits, asks for the time or talks to anybody. The change is returned; what
//! there is to do about it is part of the change ([`Member::owed`]), so that both are stored
//! together.

use super::{
    model::{Code, Member, MessageId, Status, Step, Steps, Timestamp, UserId},
    platform::Present,
    policy::Policy,
};

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

/// What becomes of a member because of something that happened `at` a moment that may be long
/// ago; `None` if nothing changes.
#[must_use]
pub fn decide(
    user: UserId,
    known: Option<&Member>,
    happening: &Happening,
    at: Timestamp,
) -> Option<Member> {
    let Some(member) = known else {
        return match happening {
            Happening::Joined(code) => Some(newcomer(user, *code, at)),
            _ => None,
        };
    };
    let pending = member.status == Status::Pending;
    let in_this_stay = at >= member.joined;
    // Some platforms tell time in seconds: who left may be back in the same one.
    let is_old = at < member.as_of || at == member.as_of && !member.status.is_away();
    // And who left in the one in which this stay began may have left before it.
    let may_be_there = member.status == Status::Left && member.as_of == member.joined;
    match happening {
        // Told before, or older than what is known.
        Happening::Joined(_) if is_old => None,
        Happening::Joined(code) => Some(next_stay(member, *code, at)),
        Happening::Said(text) if (pending || may_be_there) && member.code.is(text) => Some(let_in(
            member,
            Status::Verified,
            Steps::of(&[Step::Unmute, Step::Welcome]),
            at,
        )),
        Happening::Left if in_this_stay => gone(member, Status::Left, at),
        Happening::KickedByAdmin if in_this_stay => gone(member, Status::KickedByAdmin, at),
        Happening::KickedByBot if in_this_stay => gone(member, Status::KickedByTimeout, at),
        // Our mute may arrive after the admin's unmute, so it is undone once more.
        Happening::UnmutedByAdmin if in_this_stay && pending => Some(let_in(
            member,
            Status::UnmutedByAdmin,
            Steps::of(&[Step::Unmute]),
            at,
        )),
        // A wrong code; or about an earlier stay, or somebody who was let in already.
        _ => None,
    }
}

/// What becomes of a member because of what the platform said when it was asked who is there;
/// `None` if nothing changes.
///
/// Who came or went unheard is treated as if heard. People who were there before `since`, when
/// the bot first came, are left alone. What was heard after the platform was `asked` counts more
/// than its answer.
#[must_use]
pub fn compare(
    known: Option<&Member>,
    there: Option<&Present>,
    since: Timestamp,
    asked: Timestamp,
    code: impl FnOnce() -> Code,
) -> Option<Member> {
    match (known, there) {
        (None, None) => None,
        (None, Some(there)) => {
            (there.joined >= since).then(|| newcomer(there.user, code(), there.joined))
        }
        (Some(member), _) if member.as_of >= asked => None,
        (Some(member), None) => (member.status == Status::Pending)
            .then(|| gone(member, Status::Left, asked))
            .flatten(),
        (Some(member), Some(there)) => {
            let pending = member.status == Status::Pending;
            let muted = member.owed.has(Step::Mute) || there.muted != Some(false);
            if there.joined > member.as_of || member.status.is_away() {
                Some(next_stay(member, code(), there.joined.max(member.as_of)))
            } else if pending && !muted {
                let owed = Steps::default();
                Some(let_in(member, Status::UnmutedByAdmin, owed, asked))
            } else {
                None
            }
        }
    }
}

/// What becomes of a member when a step that was owed is done, or turned out to be impossible
/// for good. The step was begun in the stay with this number; `message` is what was sent.
#[must_use]
pub fn done(
    member: &Member,
    stay: u32,
    step: Step,
    message: Option<MessageId>,
    now: Timestamp,
) -> Member {
    let current = member.stay == stay;
    let mut member = member.clone();
    match (step, message) {
        (Step::Recall(message), _) => {
            member.stale = without(&member.stale, message);
        }
        (Step::Greet, _) if current && member.status == Status::Pending => {
            member.greeting = message;
            member.told = Some(now);
        }
        // Nobody waits for this greeting any more.
        (Step::Greet, Some(message)) => member.stale = with(&member.stale, message),
        _ => {}
    }
    if current {
        member.owed = member.owed.without(step);
    }
    member
}

/// What becomes of a member to whom a warning was delivered.
#[must_use]
pub fn warned(member: &Member, now: Timestamp) -> Member {
    Member {
        warnings: member.warnings.saturating_add(1),
        told: Some(now),
        ..member.clone()
    }
}

/// What becomes of a member whom the bot removed by a call that began `at` this moment.
#[must_use]
pub fn kicked(member: &Member, at: Timestamp) -> Member {
    Member {
        as_of: member.as_of.max(at),
        ..closed(member, Status::KickedByTimeout, Steps::default())
    }
}

/// Whether nothing but a kick is left to do about this member.
#[must_use]
pub fn is_warned_enough(member: &Member, policy: &Policy) -> bool {
    member.warnings >= policy.warnings
}

/// When a scan by the timetable has to look at this member; `None` if there is no need to, or
/// the greeting has not been delivered yet.
#[must_use]
pub fn due(member: &Member, policy: &Policy) -> Option<Timestamp> {
    let pending = member.status == Status::Pending;
    Some(member.told.filter(|_| pending)?.after(policy.scan_every))
}

fn newcomer(user: UserId, code: Code, at: Timestamp) -> Member {
    Member {
        user,
        status: Status::Pending,
        stay: 1,
        code,
        joined: at,
        as_of: at,
        warnings: 0,
        told: None,
        greeting: None,
        stale: Box::default(),
        owed: Steps::of(&[Step::Mute, Step::Greet]),
    }
}

/// A new case for somebody who was here before. All that is left of the old one is a greeting
/// that may still have to be recalled.
fn next_stay(member: &Member, code: Code, at: Timestamp) -> Member {
    Member {
        stay: member.stay.saturating_add(1),
        stale: stale(member),
        ..newcomer(member.user, code, at)
    }
}

/// Ends a case. What was still owed to a pending member is void; the greeting is to be recalled.
fn closed(member: &Member, status: Status, owed: Steps) -> Member {
    Member {
        status,
        owed,
        greeting: None,
        stale: stale(member),
        ..member.clone()
    }
}

/// Somebody is let in, who was there at this moment. (A joining before it is old news.)
fn let_in(member: &Member, status: Status, owed: Steps, at: Timestamp) -> Member {
    Member {
        as_of: member.as_of.max(at),
        ..closed(member, status, owed)
    }
}

/// Somebody is not there any more. Who was let in before needs no voice any more.
fn gone(member: &Member, status: Status, at: Timestamp) -> Option<Member> {
    let as_of = member.as_of.max(at);
    if member.status == Status::Pending {
        Some(Member {
            as_of,
            ..closed(member, status, Steps::default())
        })
    } else {
        (at > member.as_of).then(|| Member {
            as_of,
            owed: Steps::default(),
            ..member.clone()
        })
    }
}

fn stale(member: &Member) -> Box<[MessageId]> {
    match member.greeting {
        Some(greeting) => with(&member.stale, greeting),
        None => member.stale.clone(),
    }
}

fn with(messages: &[MessageId], one: MessageId) -> Box<[MessageId]> {
    messages.iter().copied().chain([one]).collect()
}

fn without(messages: &[MessageId], one: MessageId) -> Box<[MessageId]> {
    let others = messages.iter().copied().filter(|&other| other != one);
    others.collect()
}

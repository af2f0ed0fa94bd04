//! One scan of one group, move by move, without doing any of the moves.
//!
//! [`Round::next`] says what to do, the shell does it and hands the answer to [`Round::settle`].
//! Between two moves anything may happen to the members; each move looks at them afresh, also if
//! it is a move that failed and is to be made again.

use std::time::Duration;

use super::{
    decide::{is_warned_enough, kicked, warned},
    model::{GroupId, Member, Status, Timestamp, UserId},
    platform::{Answer, Call, CallError, Message, Present, Reply, Tally},
    policy::Policy,
    roster::Roster,
};

/// Whom a scan looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Members who are due by the timetable.
    Due,
    /// Everybody pending, because somebody asked at this moment; save those who have heard from
    /// the bot since then, so that an order that is carried out twice warns once, and those who
    /// heard from it a moment ago ([`Policy::ordered_scan_every`]).
    Ordered(Timestamp),
}

/// What the shell is to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Move {
    /// Make this call and settle its answer.
    Call(Call),
    /// Wait; there is nothing to settle.
    Pause(Duration),
}

/// A scan of one group on its way.
#[derive(Clone, Debug)]
pub struct Round {
    group: GroupId,
    to_warn: Vec<Stay>,
    to_kick: Vec<Stay>,
    stage: Stage,
    /// To be waited for before the next call.
    pause: Option<Duration>,
    /// How often the call at hand has failed.
    failures: u32,
    /// Members with whom it did not work, one after the other.
    given_up: u32,
    refused: bool,
    missed: Vec<Stay>,
    tally: Tally,
}

/// A member in one of their stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stay(UserId, u32);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Stage {
    Notice,
    /// Index into `to_warn`.
    Mute(usize),
    Warn,
    Announce,
    /// Index into `to_kick`.
    Kick(usize),
    /// Whether that kick, whose answer was lost, has happened.
    Look(usize),
}

/// When it did not work with so many in a row, it is not about the member any more.
const TOO_MANY: u32 = 3;

impl Round {
    /// Plans a scan; `None` if there is nothing to do.
    #[must_use]
    pub fn plan(
        group: GroupId,
        roster: &Roster,
        scope: Scope,
        now: Timestamp,
        policy: &Policy,
    ) -> Option<Self> {
        Self::plan_of(group, roster.iter(), scope, now, policy)
    }

    /// Plans a scan of these members only.
    pub(crate) fn plan_of<'a>(
        group: GroupId,
        members: impl Iterator<Item = &'a Member>,
        scope: Scope,
        now: Timestamp,
        policy: &Policy,
    ) -> Option<Self> {
        if scope == Scope::Due && !policy.is_daytime(now) {
            return None;
        }
        // Who has not been greeted cannot know the code, and is neither warned nor kicked.
        let told = |member: &Member| member.told.filter(|_| member.status == Status::Pending);
        let concerned = |member: &&Member| {
            told(member).is_some_and(|told| match scope {
                Scope::Due => told.after(policy.scan_every) <= now,
                Scope::Ordered(at) => told < at && told.after(policy.ordered_scan_every) <= now,
            })
        };
        let (mut to_warn, mut to_kick) = (Vec::new(), Vec::new());
        for member in members.filter(concerned) {
            let stay = Stay(member.user, member.stay);
            if is_warned_enough(member, policy) {
                to_kick.push(stay);
            } else {
                to_warn.push(stay);
            }
        }
        // A hundred thousand rounds may be on their way.
        to_warn.shrink_to_fit();
        to_kick.shrink_to_fit();
        (!to_kick.is_empty() || !to_warn.is_empty()).then_some(Self {
            group,
            to_warn,
            to_kick,
            stage: Stage::Notice,
            pause: None,
            failures: 0,
            given_up: 0,
            refused: false,
            missed: Vec::new(),
            tally: Tally::default(),
        })
    }

    /// Leaves out the notice to the owner, who has had one.
    #[must_use]
    pub(crate) fn without_notice(mut self) -> Self {
        self.stage = Stage::Mute(0);
        self
    }

    /// What to do next; `None` when the round is over. Asking twice gives the same answer, save
    /// that a pause is asked for once.
    pub fn next(&mut self, roster: &Roster, policy: &Policy) -> Option<Move> {
        let pending = |stay: &Stay| {
            let member = roster.get(stay.0);
            member.is_some_and(|m| m.status == Status::Pending && m.stay == stay.1)
        };
        let users = |stays: &[Stay]| stays.iter().map(|stay| stay.0).collect();
        let group = self.group;
        loop {
            let call = match self.stage {
                Stage::Notice => Call::SendToPerson(
                    policy.owner,
                    Message::Notice {
                        group,
                        warn: self.to_warn.len(),
                        kick: self.to_kick.len(),
                    },
                ),
                Stage::Mute(index) => match self.to_warn.get(index) {
                    Some(stay) if pending(stay) => Call::Mute(group, stay.0),
                    Some(_) => {
                        self.go_on(Stage::Mute(index + 1));
                        continue;
                    }
                    None => {
                        self.go_on(Stage::Warn);
                        continue;
                    }
                },
                Stage::Warn => {
                    self.to_warn.retain(pending);
                    if self.to_warn.is_empty() {
                        self.go_on(Stage::Announce);
                        continue;
                    }
                    Call::SendToGroup(group, Message::Warning(users(&self.to_warn)))
                }
                Stage::Announce => {
                    self.to_kick.retain(pending);
                    if self.to_kick.is_empty() {
                        return None;
                    }
                    Call::SendToGroup(group, Message::Announcement(users(&self.to_kick)))
                }
                Stage::Look(_) => Call::Members(group),
                Stage::Kick(index) => match self.to_kick.get(index) {
                    None => return None,
                    Some(stay) if pending(stay) => Call::Kick(group, stay.0),
                    Some(_) => {
                        self.stage = Stage::Kick(index + 1);
                        continue;
                    }
                },
            };
            return Some(match self.pause.take() {
                Some(pause) => Move::Pause(pause),
                None => Move::Call(call),
            });
        }
    }

    /// Takes in the answer to the call that [`next`](Self::next) asked for, which began at
    /// `began`. Returns the members that changed by it; they are to be stored together, and put
    /// into the roster.
    ///
    /// A failure that may pass is no answer yet: after a pause, [`next`](Self::next) decides
    /// again whether the call should be made.
    ///
    /// # Errors
    ///
    /// If the round cannot go on. What is recorded up to now stays true, and a later round
    /// takes up the rest.
    pub fn settle(
        &mut self,
        roster: &Roster,
        answer: &Answer,
        began: Timestamp,
        now: Timestamp,
        policy: &Policy,
    ) -> Result<Vec<Member>, CallError> {
        if let Err(error) = answer {
            return self.failed(*error, now, policy).map(|()| Vec::new());
        }
        let mut changed = Vec::new();
        match self.stage {
            Stage::Notice => self.go_on(Stage::Mute(0)),
            Stage::Mute(index) => {
                self.given_up = 0;
                self.go_on(Stage::Mute(index + 1));
            }
            Stage::Warn => {
                let members = self
                    .to_warn
                    .iter()
                    .filter_map(|stay| in_stay(roster, *stay));
                changed.extend(members.map(|member| warned(member, now)));
                self.tally.warned += u32::try_from(changed.len()).unwrap_or(u32::MAX);
                self.go_on(Stage::Announce);
            }
            Stage::Announce => self.go_on(Stage::Kick(0)),
            Stage::Kick(index) => {
                self.tally.kicked += 1;
                self.given_up = 0;
                let member = in_stay(roster, self.to_kick[index]);
                // Who was heard going away meanwhile went by themselves.
                let member = member.filter(|member| !member.status.is_away());
                changed.extend(member.map(|member| kicked(member, began)));
                self.go_on(Stage::Kick(index + 1));
                self.pause = Some(policy.kick_gap);
            }
            Stage::Look(index) => {
                self.to_kick.drain(..index);
                if let Ok(Reply::Members(there)) = answer {
                    self.strike_out(roster, there);
                }
                // Not `go_on`: it is still the same kick, and its failures count.
                self.stage = Stage::Kick(0);
            }
        }
        Ok(changed)
    }

    /// What the round has done so far.
    #[must_use]
    pub fn tally(&self) -> Tally {
        self.tally
    }

    /// Whom the platform would not let the bot kick, or did not find, and in which stay.
    pub(crate) fn missed(&self) -> impl Iterator<Item = (UserId, u32)> {
        self.missed.iter().map(|stay| (stay.0, stay.1))
    }

    /// Whether the platform has refused to do something to a member.
    pub(crate) fn was_refused(&self) -> bool {
        self.refused
    }

    fn go_on(&mut self, stage: Stage) {
        self.stage = stage;
        self.failures = 0;
    }

    fn failed(
        &mut self,
        error: CallError,
        now: Timestamp,
        policy: &Policy,
    ) -> Result<(), CallError> {
        if error.is_passing() && self.failures < policy.retries {
            self.failures += 1;
            let salt = self.group.0 ^ now.0.rotate_left(32);
            let wait = Policy::pause(self.failures, policy.backoff, policy.longest_backoff, salt);
            let asked_for = match error {
                CallError::RateLimited(wait) => wait.min(policy.longest_wait),
                _ => Duration::ZERO,
            };
            self.pause = Some(asked_for.saturating_add(wait));
            if let Stage::Kick(index) = self.stage {
                self.stage = Stage::Look(index);
            }
            return Ok(());
        }
        self.refused |= error == CallError::Refused && self.stage != Stage::Notice;
        let about_the_member = match error {
            CallError::Gone => true,
            CallError::RateLimited(_) => false,
            CallError::Transient | CallError::Refused | CallError::Closed => {
                self.given_up += 1;
                self.given_up < TOO_MANY
            }
        };
        match self.stage {
            // The owner is told out of courtesy.
            Stage::Notice => {
                self.given_up = 0;
                self.go_on(Stage::Mute(0));
            }
            // Who is gone will be reported gone by an event, which also knows why.
            Stage::Mute(index) if error == CallError::Gone => {
                self.missed.push(self.to_warn.remove(index));
                self.go_on(self.stage);
            }
            Stage::Mute(index) if about_the_member => self.go_on(Stage::Mute(index + 1)),
            Stage::Kick(index) if about_the_member => {
                self.missed.push(self.to_kick[index]);
                self.go_on(Stage::Kick(index + 1));
                self.pause = Some(policy.kick_gap);
            }
            _ => return Err(error),
        }
        Ok(())
    }

    /// Who went away or came back meanwhile is not kicked.
    fn strike_out(&mut self, roster: &Roster, there: &[Present]) {
        self.to_kick.retain(|stay| {
            let present = there.iter().find(|present| present.user == stay.0);
            let member = roster.get(stay.0);
            present.is_some_and(|p| member.is_some_and(|m| p.joined <= m.joined))
        });
    }
}

fn in_stay(roster: &Roster, stay: Stay) -> Option<&Member> {
    roster.get(stay.0).filter(|member| member.stay == stay.1)
}

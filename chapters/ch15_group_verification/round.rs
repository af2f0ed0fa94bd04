//! One scan of one group, move by move, without doing any of the moves.
//!
//! [`Round::next`] says what to do, the shell does it and hands the answer to [`Round::settle`].
//! Between two moves anything may happen to the members; each move looks at them afresh, also if
//! it is a move that failed and is to be made again.

use std::time::Duration;

use super::{
    decide::{is_warned_enough, kicked, warned},
    model::{GroupId, Member, Status, Timestamp, UserId},
    platform::{Answer, Call, CallError, Message, Reply, Tally},
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
    // A hundred thousand rounds may be on their way: no room to grow is kept.
    to_warn: Box<[Case]>,
    to_kick: Box<[Case]>,
    stage: Stage,
    /// To be waited for before the next call.
    pause: Option<Duration>,
    /// How often the call at hand has failed.
    failures: u32,
    /// Members with whom it did not work, one after the other.
    given_up: u32,
    refused: bool,
    warned: u32,
    kicked: u32,
}

/// A member in one of their stays.
#[derive(Clone, Copy, Debug)]
struct Case {
    user: UserId,
    stay: u32,
    standing: Standing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Open,
    /// The platform would not let the bot do it, or did not find the member.
    Missed,
    /// Is no longer to be warned or kicked in this round.
    StruckOff,
}

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
            let case = Case {
                user: member.user,
                stay: member.stay,
                standing: Standing::Open,
            };
            if is_warned_enough(member, policy) {
                to_kick.push(case);
            } else {
                to_warn.push(case);
            }
        }
        (!to_kick.is_empty() || !to_warn.is_empty()).then_some(Self {
            group,
            to_warn: to_warn.into(),
            to_kick: to_kick.into(),
            stage: Stage::Notice,
            pause: None,
            failures: 0,
            given_up: 0,
            refused: false,
            warned: 0,
            kicked: 0,
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
        let pending =
            |case: &Case| in_stay(roster, case).is_some_and(|m| m.status == Status::Pending);
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
                    Some(case) if pending(case) => Call::Mute(group, case.user),
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
                    keep(&mut self.to_warn, pending);
                    let users = open(&self.to_warn);
                    if users.is_empty() {
                        self.go_on(Stage::Announce);
                        continue;
                    }
                    Call::SendToGroup(group, Message::Warning(users))
                }
                Stage::Announce => {
                    keep(&mut self.to_kick, pending);
                    let users = open(&self.to_kick);
                    if users.is_empty() {
                        return None;
                    }
                    Call::SendToGroup(group, Message::Announcement(users))
                }
                Stage::Look(_) => Call::Members(group),
                Stage::Kick(index) => match self.to_kick.get(index) {
                    None => return None,
                    Some(case) if case.is_open() && pending(case) => Call::Kick(group, case.user),
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
                let told = self.to_warn.iter().filter(|case| case.is_open());
                let members = told.filter_map(|case| in_stay(roster, case));
                changed.extend(members.map(|member| warned(member, now)));
                self.warned += u32::try_from(changed.len()).unwrap_or(u32::MAX);
                self.go_on(Stage::Announce);
            }
            Stage::Announce => self.go_on(Stage::Kick(0)),
            Stage::Kick(index) => {
                self.kicked += 1;
                self.given_up = 0;
                let member = in_stay(roster, &self.to_kick[index]);
                // Who was heard going away meanwhile went by themselves.
                let member = member.filter(|member| !member.status.is_away());
                changed.extend(member.map(|member| kicked(member, began)));
                self.go_on(Stage::Kick(index + 1));
                self.pause = Some(policy.kick_gap);
            }
            Stage::Look(index) => {
                if let Ok(Reply::Members(there)) = answer {
                    // Who went away or came back meanwhile is not kicked.
                    keep(&mut self.to_kick[index..], |case| {
                        let present = there.iter().find(|present| present.user == case.user);
                        let member = roster.get(case.user);
                        present.is_some_and(|p| member.is_some_and(|m| p.joined <= m.joined))
                    });
                }
                // Not `go_on`: it is still the same kick, and its failures count.
                self.stage = Stage::Kick(index);
            }
        }
        Ok(changed)
    }

    /// What the round has done so far.
    #[must_use]
    pub fn tally(&self) -> Tally {
        Tally {
            warned: self.warned,
            kicked: self.kicked,
            ..Tally::default()
        }
    }

    /// Whom the platform would not let the bot kick, or did not find, and in which stay.
    pub(crate) fn missed(&self) -> impl Iterator<Item = (UserId, u32)> {
        let cases = self.to_warn.iter().chain(&self.to_kick);
        let missed = cases.filter(|case| case.standing == Standing::Missed);
        missed.map(|case| (case.user, case.stay))
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
                self.to_warn[index].standing = Standing::Missed;
                self.go_on(Stage::Mute(index + 1));
            }
            Stage::Mute(index) if about_the_member => self.go_on(Stage::Mute(index + 1)),
            Stage::Kick(index) if about_the_member => {
                self.to_kick[index].standing = Standing::Missed;
                self.go_on(Stage::Kick(index + 1));
                self.pause = Some(policy.kick_gap);
            }
            _ => return Err(error),
        }
        Ok(())
    }
}

impl Case {
    fn is_open(&self) -> bool {
        self.standing == Standing::Open
    }
}

/// Strikes off all others that are still open.
fn keep(cases: &mut [Case], wanted: impl Fn(&Case) -> bool) {
    for case in cases.iter_mut().filter(|case| case.is_open()) {
        if !wanted(case) {
            case.standing = Standing::StruckOff;
        }
    }
}

fn open(cases: &[Case]) -> Vec<UserId> {
    let open = cases.iter().filter(|case| case.is_open());
    open.map(|case| case.user).collect()
}

fn in_stay<'a>(roster: &'a Roster, case: &Case) -> Option<&'a Member> {
    let member = roster.get(case.user);
    member.filter(|member| member.stay == case.stay)
}

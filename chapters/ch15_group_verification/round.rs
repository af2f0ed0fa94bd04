//! One scan of one group, move by move, without doing any of the moves.
//!
//! [`Round::next`] says what to do, the shell does it and hands the answer to [`Round::settle`].
//! Between two moves anything may happen to the members; each move looks at them afresh.

use std::time::Duration;

use super::{
    decide::closed,
    model::{GroupId, Member, Roster, Status, Steps, Timestamp, UserId},
    platform::{Answer, Call, CallError, Message, Tally},
    policy::Policy,
};

/// Whom a scan looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Members who are due by the timetable.
    Due,
    /// Everybody pending, because somebody asked at this moment. Who has been warned since then
    /// is left out, so that an order that is carried out twice warns once.
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
    owner: UserId,
    to_warn: Vec<UserId>,
    to_kick: Vec<UserId>,
    stage: Stage,
    warnings: u8,
    kick_gap: Duration,
    tally: Tally,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Stage {
    Notice,
    /// Index into `to_warn`.
    Mute(usize),
    Warn,
    Announce,
    /// Index into `to_kick`, and whether the pause before it is over.
    Kick(usize, bool),
}

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
        let concerned = |member: &&Member| {
            member.status == Status::Pending
                && match scope {
                    Scope::Due => policy.is_daytime(now) && policy.due(member) <= now,
                    Scope::Ordered(at) => member.warned.unwrap_or(member.joined) < at,
                }
        };
        let users = |warned_out: bool| -> Vec<UserId> {
            roster
                .iter()
                .filter(concerned)
                .filter(|member| (member.warnings >= policy.warnings) == warned_out)
                .map(|member| member.user)
                .collect()
        };
        let (to_warn, to_kick) = (users(false), users(true));
        (!to_kick.is_empty() || !to_warn.is_empty()).then(|| Self {
            group,
            owner: policy.owner,
            to_warn,
            to_kick,
            stage: Stage::Notice,
            warnings: policy.warnings,
            kick_gap: policy.kick_gap,
            tally: Tally::default(),
        })
    }

    /// What to do next; `None` when the round is over. Asking twice gives the same answer, save
    /// that a pause is asked for once.
    pub fn next(&mut self, roster: &Roster) -> Option<Move> {
        let pending = |user: &UserId| {
            roster
                .get(*user)
                .filter(|member| member.status == Status::Pending)
        };
        loop {
            match self.stage {
                Stage::Notice => {
                    return Some(Move::Call(Call::SendToPerson(
                        self.owner,
                        Message::Notice {
                            group: self.group,
                            warn: self.to_warn.len(),
                            kick: self.to_kick.len(),
                        },
                    )));
                }
                Stage::Mute(index) => match self.to_warn.get(index) {
                    Some(user) if pending(user).is_some() => {
                        return Some(Move::Call(Call::Mute(self.group, *user)));
                    }
                    Some(_) => self.stage = Stage::Mute(index + 1),
                    None => self.stage = Stage::Warn,
                },
                Stage::Warn => {
                    self.to_warn.retain(|user| pending(user).is_some());
                    if !self.to_warn.is_empty() {
                        let users = self.to_warn.clone();
                        return Some(Move::Call(Call::SendToGroup(
                            self.group,
                            Message::Warning(users),
                        )));
                    }
                    self.stage = Stage::Announce;
                }
                Stage::Announce => {
                    self.to_kick.retain(|user| {
                        pending(user).is_some_and(|member| member.warnings >= self.warnings)
                    });
                    if self.to_kick.is_empty() {
                        return None;
                    }
                    let users = self.to_kick.clone();
                    return Some(Move::Call(Call::SendToGroup(
                        self.group,
                        Message::Announcement(users),
                    )));
                }
                Stage::Kick(index, rested) => match self.to_kick.get(index) {
                    None => return None,
                    Some(user) if pending(user).is_none() => {
                        self.stage = Stage::Kick(index + 1, rested);
                    }
                    Some(_) if !rested => {
                        self.stage = Stage::Kick(index, true);
                        return Some(Move::Pause(self.kick_gap));
                    }
                    Some(user) => return Some(Move::Call(Call::Kick(self.group, *user))),
                },
            }
        }
    }

    /// Takes in the answer to the call that [`next`](Self::next) asked for, and changes the
    /// members accordingly. Returns those that changed; they are to be stored together.
    ///
    /// # Errors
    ///
    /// If the round cannot go on. What is recorded up to now stays true, and a later round
    /// takes up the rest.
    pub fn settle(
        &mut self,
        roster: &mut Roster,
        answer: Answer,
        now: Timestamp,
    ) -> Result<Vec<Member>, CallError> {
        let worked = match answer {
            Ok(_) => true,
            // Nobody is kicked without having been told.
            Err(error) if self.stage == Stage::Announce => return Err(error),
            // Who is gone will be reported gone by an event, which also knows why.
            Err(CallError::Gone | CallError::Refused) => false,
            Err(error) => return Err(error),
        };
        let mut changed = Vec::new();
        match self.stage {
            Stage::Notice => self.stage = Stage::Mute(0),
            Stage::Mute(index) if answer == Err(CallError::Gone) => {
                self.to_warn.remove(index);
            }
            Stage::Mute(index) => self.stage = Stage::Mute(index + 1),
            Stage::Warn => {
                self.stage = Stage::Announce;
                if worked {
                    changed = self.warned(roster, now);
                }
            }
            Stage::Announce => self.stage = Stage::Kick(0, true),
            Stage::Kick(index, _) => {
                self.stage = Stage::Kick(index + 1, false);
                if worked && let Some(member) = roster.get(self.to_kick[index]) {
                    self.tally.kicked += 1;
                    changed = vec![closed(member, Status::KickedByTimeout, Steps::default())];
                }
            }
        }
        for member in &changed {
            roster.put(member.clone());
        }
        Ok(changed)
    }

    /// What the round has done so far.
    #[must_use]
    pub fn tally(&self) -> Tally {
        self.tally
    }

    fn warned(&mut self, roster: &Roster, now: Timestamp) -> Vec<Member> {
        let warned = self.to_warn.iter().filter_map(|user| roster.get(*user));
        let changed: Vec<_> = warned
            .map(|member| Member {
                warnings: member.warnings.saturating_add(1),
                warned: Some(now),
                ..member.clone()
            })
            .collect();
        self.tally.warned += u32::try_from(changed.len()).unwrap_or(u32::MAX);
        changed
    }
}

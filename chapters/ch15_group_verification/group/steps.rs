//! What is owed to members, and what if it does not work.

use std::sync::Arc;

use super::{BROKEN_OFF, Group, Pause, Purpose, REFUSED, TOO_MANY_REFUSALS, Task};
use crate::{
    decide::done,
    model::{Member, Step, Timestamp, UserId},
    platform::{Answer, Call, CallError, Message, Reply},
    policy::Policy,
};

impl Group {
    pub(super) fn complain(&self) -> Option<Task> {
        self.complaint.then_some(Task {
            call: Call::SendToPerson(self.policy.owner, Message::NoRights(self.id)),
            purpose: Purpose::Complain,
        })
    }

    pub(super) fn step(&self, now: Timestamp) -> Option<Task> {
        if now < self.no_rights.until {
            return None;
        }
        let mut members = self.owing.iter().filter_map(|&user| self.roster.get(user));
        let member = members.find(|member| !self.is_aside(member.user, now))?;
        let (user, group, step) = (member.user, self.id, member.next_step()?);
        let call = match step {
            Step::Mute => Call::Mute(group, user),
            Step::Unmute => Call::Unmute(group, user),
            Step::Welcome => Call::SendToPerson(user, Message::Welcome(group)),
            Step::Recall(message) => Call::Recall(group, message),
            Step::Greet => {
                let code = member.code;
                Call::SendToGroup(group, Message::Greeting { user, code })
            }
        };
        let purpose = Purpose::Step(user, member.stay, step);
        Some(Task { call, purpose })
    }

    pub(super) fn step_done(
        &mut self,
        user: UserId,
        stay: u32,
        step: Step,
        answer: &Answer,
        now: Timestamp,
    ) -> Vec<Member> {
        let in_private = step == Step::Welcome;
        match answer {
            Ok(_) if !in_private => self.works_again(user),
            Ok(_) => {}
            // Who is not there needs no voice and no words, and what is not there no recall.
            Err(CallError::Gone) if !matches!(step, Step::Mute | Step::Greet) => {}
            // Not everybody lets strangers write to them.
            Err(CallError::Refused) if in_private => {}
            Err(error) => {
                self.step_failed(user, *error, now);
                return Vec::new();
            }
        }
        let message = match answer {
            Ok(Reply::Message(message)) => Some(*message),
            _ => None,
        };
        let member = self.roster.get(user);
        member
            .map(|member| done(member, stay, step, message, now))
            .into_iter()
            .collect()
    }

    /// The member is set aside, and the others go on; unless it seems not to be about the member.
    pub(super) fn step_failed(&mut self, user: UserId, error: CallError, now: Timestamp) {
        let (policy, salt) = (Arc::clone(&self.policy), self.id.0 ^ user.0.rotate_left(16));
        let first = match error {
            // Nobody's fault: the whole group waits.
            CallError::RateLimited(_) => return,
            CallError::Transient | CallError::Closed => policy.backoff,
            CallError::Gone | CallError::Refused => REFUSED,
        };
        let aside = self.aside.entry(user).or_default();
        aside.longer(now, first, &policy, salt);
        if error == CallError::Gone {
            self.look_soon();
        } else if error == CallError::Refused {
            self.refusals += 1;
            if self.refusals >= TOO_MANY_REFUSALS {
                self.no_rights.longer(now, BROKEN_OFF, &policy, salt);
                self.complain_once(now);
            }
        } else if self.last_failed.replace(user) != Some(user) {
            self.failed_in_a_row += 1;
            if self.failed_in_a_row > 1 {
                let (others, longest) = (self.failed_in_a_row - 1, policy.longest_backoff);
                let wait = Policy::pause(others, policy.backoff, longest, salt ^ now.0);
                self.leave_alone_until(now.after(wait));
            }
        }
    }

    pub(super) fn works_again(&mut self, user: UserId) {
        self.aside.remove(&user);
        self.last_failed = None;
        self.failed_in_a_row = 0;
        self.refusals = 0;
        self.no_rights = Pause::default();
    }

    /// Tells the owner, but not for every scan.
    pub(super) fn complain_once(&mut self, now: Timestamp) {
        let lately = |at: Timestamp| now < at.after(self.policy.scan_every);
        if !self.complained.is_some_and(lately) {
            self.complaint = true;
            self.complained = Some(now);
        }
    }
}

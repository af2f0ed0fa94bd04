//! Who is in the group: asked now and then, since events get lost.

use std::collections::BTreeMap;

use super::{Group, LOOK_GAP, Pause, Purpose, Task};
use crate::{
    decide,
    model::{Code, Member, Timestamp, UserId},
    platform::{Answer, Call, CallError, Present, Reply},
};

impl Group {
    pub(super) fn look(&self, now: Timestamp) -> Option<Task> {
        (now >= self.look.until).then_some(Task {
            call: Call::Members(self.id),
            purpose: Purpose::Look(self.connections),
        })
    }

    pub(super) fn looked(
        &mut self,
        answer: &Answer,
        asked: Timestamp,
        now: Timestamp,
        mut code: impl FnMut() -> Code,
    ) -> Vec<Member> {
        let Ok(Reply::Members(there)) = answer else {
            let salt = self.id.0;
            self.look
                .longer(now, self.policy.backoff, &self.policy, salt);
            if answer == &Err(CallError::Refused) {
                self.complain_once(now);
            }
            return Vec::new();
        };
        self.looked = true;
        self.looked_at = now;
        self.kick_in_doubt = false;
        self.look = Pause {
            failures: 0,
            until: now.after(self.policy.look_every),
        };
        let since = self.roster.since.unwrap_or(asked);
        let present: BTreeMap<UserId, &Present> = there
            .iter()
            .map(|present| (present.user, present))
            .collect();
        let mut compare = |user, there| {
            let known = self.roster.get(user);
            decide::compare(known, there, since, asked, &mut code)
        };
        let known = self.roster.iter().map(|member| member.user);
        let mut changed: Vec<_> = known
            .filter_map(|user| compare(user, present.get(&user).copied()))
            .collect();
        let unknown = |user: &UserId| self.roster.get(*user).is_none();
        for (&user, &there) in present.iter().filter(|(user, _)| unknown(user)) {
            changed.extend(compare(user, Some(there)));
        }
        changed
    }

    pub(super) fn look_soon(&mut self) {
        let soon = self.looked_at.after(LOOK_GAP);
        self.look.until = self.look.until.min(soon);
    }
}

//! What the bot does to people, and what they make of it.

use super::{
    people::{Person, Trigger},
    {Greeting, World},
};
use crate::{
    model::{Code, GroupId, MessageId, Status, Timestamp, UserId},
    platform::{Answer, By, Call, CallError, Event, Message, Present, Reply},
};

impl World {
    /// Does what the bot asks for.
    ///
    /// # Errors
    ///
    /// [`CallError::Gone`], if there is no such member or message; [`CallError::Refused`], if
    /// the bot may not do that.
    pub fn apply(&mut self, now: Timestamp, call: &Call) -> Answer {
        self.may(now, call)?;
        match call {
            Call::SendToGroup(group, message) => {
                let id = self.post(now, *group, message);
                return Ok(Reply::Message(id));
            }
            Call::SendToPerson(..) => return Ok(Reply::Message(self.next_message())),
            Call::Mute(group, user) => self.present(*group, *user)?.muted = true,
            Call::Unmute(group, user) => self.present(*group, *user)?.muted = false,
            Call::Kick(group, user) => {
                let place = self.place.get(&(*group, *user)).copied();
                let person = self.present(*group, *user)?;
                person.present = false;
                person.happened.insert(Status::KickedByTimeout);
                person.acted = now;
                self.tell(now, Event::Kicked(*group, *user, By::Bot));
                self.begin(place.unwrap_or_default(), Trigger::Kicked, now);
            }
            Call::Recall(group, message) => {
                let stood = self.greetings.remove(&(*group, *message));
                stood.ok_or(CallError::Gone)?;
            }
            Call::Members(group) => return Ok(Reply::Members(self.present_in(*group))),
        }
        Ok(Reply::Done)
    }

    /// The bot was given this answer.
    pub(in crate::sim) fn answered(&mut self, now: Timestamp, call: &Call, answer: &Answer) {
        match (call, answer) {
            (Call::SendToGroup(group, _), Ok(Reply::Message(id))) => {
                if let Some(greeting) = self.greetings.get_mut(&(*group, *id)) {
                    greeting.told = Some(now);
                }
            }
            (Call::Members(group), Ok(Reply::Members(there))) => {
                for present in there {
                    self.is_known(now, *group, present.user, present.joined);
                }
            }
            _ => {}
        }
    }

    /// The bot could know now of the stay that began at `since`.
    pub(super) fn is_known(
        &mut self,
        now: Timestamp,
        group: GroupId,
        user: UserId,
        since: Timestamp,
    ) {
        if let Some(person) = self.person_mut(group, user)
            && person.stay.since == since
        {
            person.stay.known.get_or_insert(now);
        }
    }

    pub(super) fn next_message(&mut self) -> MessageId {
        self.messages += 1;
        MessageId(self.messages)
    }

    pub(super) fn post(&mut self, now: Timestamp, group: GroupId, message: &Message) -> MessageId {
        let id = self.next_message();
        match message {
            Message::Greeting { user, code } => {
                let (user, code, told) = (*user, *code, None);
                let greeting = Greeting { user, code, told };
                self.greetings.insert((group, id), greeting);
                self.read_greeting(now, group, user, code);
            }
            Message::Warning(users) => {
                for place in self.readers(group, users) {
                    let warned = &mut self.people[place].stay.warned;
                    warned.push(now);
                    if warned.len() == 2 {
                        self.begin(place, Trigger::WarnedTwice, now);
                    }
                }
            }
            Message::Announcement(users) => {
                for place in self.readers(group, users) {
                    self.begin(place, Trigger::Announced, now);
                }
            }
            _ => {}
        }
        id
    }

    /// The places of those who are there.
    pub(super) fn readers(&self, group: GroupId, users: &[UserId]) -> Vec<usize> {
        let places = users
            .iter()
            .filter_map(|user| self.place.get(&(group, *user)));
        places
            .copied()
            .filter(|&place| self.people[place].present)
            .collect()
    }

    pub(super) fn read_greeting(
        &mut self,
        now: Timestamp,
        group: GroupId,
        user: UserId,
        code: Code,
    ) {
        for place in self.readers(group, &[user]) {
            let Person { joined, stay, .. } = &mut self.people[place];
            let (joined, before) = (*joined, stay.code.replace(code));
            stay.greeted.get_or_insert(now);
            if before.is_none() {
                self.begin(place, Trigger::Greeted(joined), now);
            }
        }
    }

    pub(super) fn present_in(&self, group: GroupId) -> Vec<Present> {
        let of_group = (group, UserId(0))..=(group, UserId(u64::MAX));
        let people = self
            .place
            .range(of_group)
            .map(|(_, &place)| &self.people[place]);
        let there = people
            .filter(|person| person.present)
            .map(|person| Present {
                user: person.user,
                joined: person.stay.since,
                muted: Some(person.muted),
            });
        there.collect()
    }

    pub(super) fn present(
        &mut self,
        group: GroupId,
        user: UserId,
    ) -> Result<&mut Person, CallError> {
        self.person_mut(group, user)
            .filter(|person| person.present)
            .ok_or(CallError::Gone)
    }
}

//! What people do, and how the bot gets to hear of it.

use super::{
    people::{Act, Kind, Person, Stay, Trigger},
    trouble::{Way, way},
    {Action, World},
};
use crate::{
    model::{GroupId, Status, Timestamp, UserId},
    platform::{By, Delivery, Event, EventId, Role},
};

impl World {
    /// Somebody begins to do what such a person does because of this.
    pub(super) fn begin(&mut self, place: usize, trigger: Trigger, now: Timestamp) {
        let Person { kind, patience, .. } = self.people[place];
        let mut at = now.after(patience);
        for &(later, act) in kind.acts(trigger) {
            at = at.after(later);
            let action = match act {
                Act::SendCode => Action::SendCode(place, place),
                Act::SendOtherCode => Action::SendCode(place, self.other_group(place)),
                Act::SendNonsense => Action::SendNonsense(place),
                Act::Leave => Action::Leave(place),
                Act::Return => Action::Join(place),
                Act::AdminUnmutes => Action::AdminUnmutes(place),
                Act::AdminKicks => Action::AdminKicks(place),
            };
            self.plan(at, action);
        }
    }

    pub(super) fn other_group(&self, place: usize) -> usize {
        let user = self.people[place].user;
        match place.checked_sub(1) {
            Some(before) if self.people[before].user == user => before,
            _ => place + 1,
        }
    }

    pub(super) fn act(&mut self, now: Timestamp, action: Action) {
        match action {
            Action::Tell(event) => {
                match event {
                    Event::ScanAll(by) if by == self.settings.owner => {
                        self.orders.push((now, None));
                    }
                    Event::ScanGroup(group, _, Role::Admin) => {
                        self.orders.push((now, Some(group)));
                    }
                    _ => {}
                }
                self.tell(now, event);
            }
            Action::Reconnect => self.connect(now),
            Action::Join(place) => self.join(now, place),
            Action::SendCode(place, of) => {
                let Some(code) = self.people[of].stay.code else {
                    return;
                };
                if self.people[place].present {
                    self.people[of].happened.insert(Status::Verified);
                    self.people[of].acted = now;
                    let event = Event::Said(self.people[place].user, code.to_string());
                    self.tell(now, event);
                }
            }
            Action::SendNonsense(place) => {
                let event = Event::Said(self.people[place].user, "let me in!".into());
                self.tell(now, event);
            }
            Action::Leave(place) => {
                if let Some((group, user)) = self.goes(now, place, Status::Left) {
                    self.tell(now, Event::Left(group, user));
                }
            }
            Action::AdminKicks(place) => {
                if let Some((group, user)) = self.goes(now, place, Status::KickedByAdmin) {
                    self.tell(now, Event::Kicked(group, user, By::Admin));
                }
            }
            Action::AdminUnmutes(place) => {
                let person = &mut self.people[place];
                if person.present && person.muted {
                    person.muted = false;
                    person.acted = now;
                    person.happened.insert(Status::UnmutedByAdmin);
                    let event = Event::Unmuted(person.group, person.user);
                    self.tell(now, event);
                }
            }
        }
    }

    pub(super) fn join(&mut self, now: Timestamp, place: usize) {
        let person = &mut self.people[place];
        // A kick may have come before a return; then most do not come back.
        let kicked = [Status::KickedByTimeout, Status::KickedByAdmin];
        let kicked = kicked.iter().any(|how| person.happened.contains(how));
        let stubborn = person.kind == Kind::Stubborn && person.joined < 2;
        if person.present || kicked && !stubborn {
            return;
        }
        person.present = true;
        person.muted = false;
        person.joined += 1;
        person.acted = now;
        person.stay = Stay {
            since: now,
            ..Stay::default()
        };
        person.happened_before.append(&mut person.happened);
        let first = person.joined == 1;
        let event = Event::Joined(person.group, person.user);
        self.tell(now, event);
        if first {
            self.begin(place, Trigger::Joined, now);
        }
    }

    pub(super) fn goes(
        &mut self,
        now: Timestamp,
        place: usize,
        how: Status,
    ) -> Option<(GroupId, UserId)> {
        let person = &mut self.people[place];
        if !person.present {
            return None;
        }
        person.present = false;
        person.acted = now;
        person.happened.insert(how);
        Some((person.group, person.user))
    }

    /// The platform listens (again), and says in which groups the bot is.
    pub(super) fn connect(&mut self, now: Timestamp) {
        let groups = (1..=u64::from(self.settings.groups)).map(GroupId);
        let groups = groups.filter(|&group| self.has_bot(group, now)).collect();
        self.send(now, Event::Connected(groups), Way::Straight);
    }

    pub(super) fn tell(&mut self, at: Timestamp, event: Event) {
        let about_a_group = match event {
            Event::Joined(group, _)
            | Event::Left(group, _)
            | Event::Kicked(group, ..)
            | Event::Unmuted(group, _)
            | Event::ScanGroup(group, ..) => Some(group),
            _ => None,
        };
        if about_a_group.is_some_and(|group| !self.has_bot(group, at)) {
            return;
        }
        let way = match event {
            Event::Added(_) | Event::Removed(_) => Way::Straight,
            // Half of all worlds forget what happens while nobody listens.
            _ if self.is_disconnected(at) && self.settings.seed % 2 == 1 => Way::Lost,
            // After the end all is well.
            _ if at >= self.end() => Way::Straight,
            _ => way(&self.settings, self.events),
        };
        self.send(at, event, way);
    }

    pub(super) fn send(&mut self, at: Timestamp, event: Event, way: Way) {
        let id = EventId(self.events);
        self.events += 1;
        let delivery = Delivery { id, at, event };
        self.news.push(delivery.clone());
        let arrives = match way {
            Way::Lost => return,
            Way::Late(later) => at.after(later),
            Way::Straight => at,
            Way::Twice(later) => {
                self.outbox
                    .insert((at.after(later), id.0), delivery.clone());
                at
            }
        };
        self.unsettled.insert(id, delivery.clone());
        self.outbox.insert((arrives, id.0), delivery);
    }
}

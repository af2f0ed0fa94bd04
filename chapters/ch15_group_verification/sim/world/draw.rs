//! Who lives in a world, and what they will ask for.

use std::{collections::BTreeSet, ops::Range, time::Duration};

use rand::{RngExt, rngs::StdRng};

use super::{
    people::{Kind, Person, Stay},
    {Action, EPOCH, HOUR, MINUTE, STRANGER, World},
};
use crate::{
    model::{GroupId, Timestamp, UserId, millis},
    platform::{Event, Role},
};

impl World {
    pub(super) fn draw_people(&mut self, random: &mut StdRng) {
        let span = millis(24 * HOUR * self.settings.days);
        let mut stranger = 1000;
        for group in 1..=u64::from(self.settings.groups) {
            for _ in 0..self.settings.members {
                stranger += 1;
                let user = UserId(stranger);
                let kind = match Kind::drawn(random.random_range(0..100)) {
                    Kind::TwoGroups if group == 1 => Kind::Bot,
                    kind => kind,
                };
                let patience = kind.patience();
                let patience = random.random_range(millis(patience.start)..millis(patience.end));
                let patience = Duration::from_millis(patience);
                let joins = EPOCH.after(Duration::from_millis(random.random_range(0..span)));
                // The groups of one person are neighbours, a minute apart.
                if kind == Kind::TwoGroups {
                    self.add(GroupId(group - 1), user, kind, patience, joins, random);
                    self.add(
                        GroupId(group),
                        user,
                        kind,
                        patience,
                        joins.after(MINUTE),
                        random,
                    );
                } else {
                    self.add(GroupId(group), user, kind, patience, joins, random);
                }
            }
            if self.settings.trouble > 0.0 {
                stranger += 1;
                let user = UserId(stranger);
                self.add(GroupId(group), user, Kind::Veteran, HOUR, EPOCH, random);
            }
        }
    }

    pub(super) fn add(
        &mut self,
        group: GroupId,
        user: UserId,
        kind: Kind,
        patience: Duration,
        comes: Timestamp,
        random: &mut StdRng,
    ) {
        let place = self.people.len();
        let trouble = self.settings.trouble;
        let veteran = kind == Kind::Veteran;
        self.place.insert((group, user), place);
        self.people.push(Person {
            group,
            user,
            kind,
            comes,
            patience,
            poisoned: trouble > 0.0 && random.random_bool(trouble / 4.0),
            protected: trouble > 0.0 && random.random_bool(trouble / 4.0),
            present: veteran,
            muted: false,
            joined: 0,
            acted: comes,
            stay: Stay::default(),
            happened: BTreeSet::new(),
            happened_before: BTreeSet::new(),
        });
        if !veteran {
            self.plan(comes, Action::Join(place));
        }
    }

    /// Once a day the owner, now and then an admin, and people who have no say.
    pub(super) fn draw_orders(&mut self, random: &mut StdRng) {
        for day in 0..self.settings.days {
            let mut at = |hours: Range<u32>| {
                let minute = random.random_range(hours.start * 60..hours.end * 60);
                EPOCH.after(24 * HOUR * day + MINUTE * minute)
            };
            let owner = (at(10..20), Event::ScanAll(self.settings.owner));
            let nobody = (at(0..24), Event::ScanAll(STRANGER));
            let mut orders = vec![owner, nobody];
            for group in 1..=u64::from(self.settings.groups) {
                let group = GroupId(group);
                if group.0 % 4 == 1 {
                    orders.push((at(9..23), Event::ScanGroup(group, UserId(2), Role::Admin)));
                }
                if group.0 % 4 == 2 {
                    orders.push((at(0..24), Event::ScanGroup(group, STRANGER, Role::Member)));
                }
            }
            for (at, order) in orders {
                self.plan(at, Action::Tell(order));
            }
        }
    }
}

//! Scans, by the timetable and by order.

use std::collections::VecDeque;

use super::{BROKEN_OFF, Group, NOTICED, Order, OrderId, Pause, Purpose, Task, first_at};
use crate::{
    model::{Member, Status, Timestamp, UserId},
    platform::{Answer, Call, CallError, Tally},
    round::{Move, Round, Scope},
};

impl Group {
    /// Somebody asked for a scan at this moment.
    pub fn order(&mut self, id: OrderId, at: Timestamp) {
        self.orders.push_back(Order { id, at });
    }

    /// Orders that have been carried out since this was last asked, or given up (`None`).
    pub fn ended_orders(&mut self) -> impl Iterator<Item = (OrderId, Option<Tally>)> {
        self.ended.drain(..)
    }

    /// How long an order has to wait in any case, because of what the platform said.
    #[must_use]
    pub fn is_held_up(&self, now: Timestamp) -> bool {
        let soon = now.after(self.policy.longest_backoff);
        !self.is_connected() || self.not_before.max(self.scans.until).max(self.resume) > soon
    }

    /// The next call of a scan; begins one if it is time.
    pub(super) fn scan(&mut self, now: Timestamp) -> Option<Task> {
        loop {
            // Who came back while nobody listened must not be kicked for an earlier stay.
            if !self.looked {
                return self.look(now);
            }
            let Some((round, order)) = &mut self.round else {
                if self.begin_scan(now) {
                    continue;
                }
                return None;
            };
            let scheduled = order.is_none();
            if scheduled && !self.policy.is_daytime(now) {
                self.take_round();
                continue;
            }
            if now < self.resume {
                return None;
            }
            match round.next(&self.roster, &self.policy) {
                // Not from now on: the group may have been left alone for a part of it.
                Some(Move::Pause(wait)) => self.resume = self.scanned_at.after(wait),
                Some(Move::Call(Call::Kick(..)))
                    if now < self.last_kick.after(self.policy.kick_gap) =>
                {
                    self.resume = self.last_kick.after(self.policy.kick_gap);
                }
                Some(Move::Call(call)) => {
                    let purpose = Purpose::Scan;
                    return Some(Task { call, purpose });
                }
                None => {
                    self.end_scan(now);
                    // Which may be a reason for one of these.
                    let task = self.look(now).or_else(|| self.complain());
                    if task.is_some() {
                        return task;
                    }
                }
            }
        }
    }

    /// Whether there was a scan to begin.
    pub(super) fn begin_scan(&mut self, now: Timestamp) -> bool {
        if now < self.scans.until {
            return false;
        }
        let policy = &self.policy;
        let (round, order) = if let Some(order) = self.orders.pop_front() {
            let scope = Scope::Ordered(order.at);
            let Some(round) = Round::plan(self.id, &self.roster, scope, now, policy) else {
                self.ended.push((order.id, Some(Tally::default())));
                return !self.orders.is_empty();
            };
            (round, Some(order))
        } else {
            let due = self.due_by(now).filter(|&user| !self.is_aside(user, now));
            let members = due.filter_map(|user| self.roster.get(user));
            match Round::plan_of(self.id, members, Scope::Due, now, policy) {
                Some(round) if now >= self.scheduled_not_before => (round, None),
                _ => return false,
            }
        };
        let noticed = self.noticed.is_some_and(|at| now < at.after(NOTICED));
        let round = if noticed {
            round.without_notice()
        } else {
            self.noticed = Some(now);
            round
        };
        self.round = Some((round, order));
        self.resume = now;
        true
    }

    pub(super) fn end_scan(&mut self, now: Timestamp) {
        let Some((round, order)) = self.take_round() else {
            return;
        };
        self.noticed = None;
        self.scans = Pause::default();
        // Those whom the platform did not let go, or did not find, wait for the next scan.
        let next_scan = self.next_scheduled(now);
        for (user, stay) in round.missed() {
            // Not about those whose case was closed meanwhile, or who came back.
            let is_still = |m: &Member| m.stay == stay && m.status == Status::Pending;
            if self.roster.get(user).is_some_and(is_still) {
                self.aside.entry(user).or_default().until = next_scan;
            }
            self.look_soon();
        }
        if round.was_refused() {
            self.complain_once(now);
        }
        if let Some(order) = order {
            self.ended.push((order.id, Some(round.tally())));
        }
    }

    pub(super) fn scanned(
        &mut self,
        call: &Call,
        answer: &Answer,
        began: Timestamp,
        now: Timestamp,
    ) -> Vec<Member> {
        self.scanned_at = now;
        if let Call::Kick(..) = call {
            self.last_kick = now;
            let lost = matches!(answer, Err(CallError::Transient | CallError::Closed));
            self.kick_in_doubt |= lost;
        }
        let Some((round, _)) = &mut self.round else {
            return Vec::new();
        };
        match round.settle(&self.roster, answer, began, now, &self.policy) {
            Ok(changed) => changed,
            Err(error) => {
                self.break_off();
                self.scans.longer(now, BROKEN_OFF, &self.policy, self.id.0);
                if error == CallError::Refused {
                    self.complain_once(now);
                    self.scheduled_not_before = self.next_scheduled(now);
                    // Nor does an order change what the bot may do.
                    let orders = self.orders.drain(..).map(|order| (order.id, None));
                    self.ended.extend(orders);
                }
                Vec::new()
            }
        }
    }

    /// Ends a scan that cannot go on. An order remains one.
    pub(super) fn break_off(&mut self) {
        if let Some((_, Some(order))) = self.take_round() {
            self.orders.push_front(order);
        }
    }

    /// Ends the scan on its way. Whether a kick has happened whose answer was lost is to be found
    /// out before the next one: whoever it hit may be back, and not have been warned.
    fn take_round(&mut self) -> Option<(Round, Option<Order>)> {
        if self.kick_in_doubt {
            self.looked = false;
            self.look_soon();
        }
        self.round.take()
    }

    pub(super) fn next_scheduled(&self, now: Timestamp) -> Timestamp {
        self.policy.in_daytime(now.after(self.policy.scan_every))
    }

    pub(super) fn give_up_old_orders(&mut self, now: Timestamp) {
        let is_old = |order: &Order| order.at.after(self.policy.order_expires) <= now;
        // Not only the first: they come late, and in any order.
        let (old, young): (VecDeque<_>, _) = self.orders.drain(..).partition(is_old);
        self.orders = young;
        self.ended.extend(old.iter().map(|order| (order.id, None)));
        if let Some((_, Some(order))) = &self.round
            && is_old(order)
        {
            self.ended.push((order.id, None));
            self.take_round();
        }
    }

    /// When the next member falls due who is not set aside, but not before `now`.
    pub(super) fn next_due(&self, now: Timestamp) -> Option<Timestamp> {
        let until = |user| self.aside.get(&user).map_or(now, |pause| pause.until);
        let waiting = first_at(self.due_by(now).map(until), now);
        let later = self.due.range((now, UserId(u64::MAX))..).next();
        waiting.into_iter().chain(later.map(|&(at, _)| at)).min()
    }

    pub(super) fn due_by(&self, now: Timestamp) -> impl Iterator<Item = UserId> {
        let due = self.due.range(..=(now, UserId(u64::MAX)));
        due.map(|&(_, user)| user)
    }
}

//! One group's share of the bot.

use std::{
    collections::{BTreeSet, VecDeque},
    panic::AssertUnwindSafe,
};

use futures::{FutureExt, future::pending};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use tokio::{
    select,
    sync::{
        mpsc::{self, error::TryRecvError},
        watch,
    },
};
use tracing::{error, info, warn};

use super::{Bot, Order, What, Work};
use crate::{
    decide::{Happening, decide, done},
    model::{Code, GroupId, Member, Roster, Step, Timestamp, UserId},
    platform::{Call, CallError, Message, Platform, Tally},
    round::{Move, Round, Scope},
    store::{Store, StoreError},
};

pub(super) struct Worker<'a, P, S> {
    bot: &'a Bot<P, S>,
    group: GroupId,
    inbox: mpsc::Receiver<Work>,
    stop: watch::Receiver<bool>,
    /// Draws codes.
    random: StdRng,
    /// What the store says too.
    roster: Roster,
    /// Members to whom a step is owed.
    owing: BTreeSet<UserId>,
    /// Scans that were asked for.
    orders: VecDeque<Order>,
    /// The scan on its way, and the order behind it.
    round: Option<(Round, Option<Order>)>,
    /// The scan pauses until then.
    resume: Timestamp,
    /// After a failure nothing is tried again before.
    not_before: Timestamp,
}

impl<'a, P: Platform, S: Store> Worker<'a, P, S> {
    pub(super) fn new(
        bot: &'a Bot<P, S>,
        group: GroupId,
        inbox: mpsc::Receiver<Work>,
        stop: watch::Receiver<bool>,
    ) -> Self {
        Self {
            bot,
            group,
            inbox,
            stop,
            random: StdRng::seed_from_u64(bot.seed ^ group.0.rotate_left(32)),
            roster: Roster::default(),
            owing: BTreeSet::new(),
            orders: VecDeque::new(),
            round: None,
            resume: Timestamp(0),
            not_before: Timestamp(0),
        }
    }

    /// Works, and after a panic starts again from the store, a little later. Events that were
    /// lost with it were not settled.
    pub(super) async fn serve(mut self) -> Result<(), StoreError> {
        loop {
            if let Ok(ended) = AssertUnwindSafe(self.work()).catch_unwind().await {
                return ended;
            }
            error!("panicked; starts again from the store");
            self.orders.clear();
            self.round = None;
            self.not_before = self.retry_later();
        }
    }

    /// One thing at a time, the most urgent first.
    // ANCHOR: work
    async fn work(&mut self) -> Result<(), StoreError> {
        self.roster = self.bot.store.load(self.group).await?;
        let owing = |member: &&Member| member.owed.first().is_some();
        self.owing = self.roster.iter().filter(owing).map(|m| m.user).collect();
        loop {
            if *self.stop.borrow() {
                return Ok(());
            }
            let now = self.bot.clock.now();
            match self.inbox.try_recv() {
                Ok(work) => self.take(work).await?,
                Err(_) if now >= self.not_before && !self.owing.is_empty() => {
                    self.do_what_is_owed().await?;
                }
                Err(_) if now >= self.resume && self.round.is_some() => self.scan_on().await?,
                Err(_) if self.round.is_none() && self.begin_scan(now) => {}
                Err(TryRecvError::Disconnected) => return Ok(()),
                Err(TryRecvError::Empty) => self.wait().await?,
            }
        }
    }
    // ANCHOR_END: work

    async fn wait(&mut self) -> Result<(), StoreError> {
        let alarm = self.alarm();
        let clock = &self.bot.clock;
        // All three are cancel safe: a message stays in the channel until it is received.
        let work = select! {
            biased;
            _ = self.stop.changed() => None,
            work = self.inbox.recv() => work,
            () = async {
                match alarm {
                    Some(at) => clock.sleep_until(at).await,
                    None => pending().await,
                }
            } => None,
        };
        match work {
            Some(work) => self.take(work).await,
            None => Ok(()),
        }
    }

    /// When there is something to do even if nothing happens.
    fn alarm(&self) -> Option<Timestamp> {
        let policy = &self.bot.policy;
        let owed = (!self.owing.is_empty()).then_some(self.not_before);
        let scan = if self.round.is_some() {
            Some(self.resume)
        } else {
            let due = self.roster.next_due(policy);
            due.map(|due| policy.in_daytime(due.max(self.not_before)))
        };
        owed.into_iter().chain(scan).min()
    }

    /// An event. What it means, and what is owed because of it, is stored before it is settled.
    async fn take(&mut self, work: Work) -> Result<(), StoreError> {
        let (user, at, what, receipt) = match work {
            Work::Scan(order) => {
                if self.orders.len() < self.bot.policy.inbox {
                    self.orders.push_back(order);
                } else {
                    // As many scans as that are waiting already.
                    self.finish(Some(order), None);
                }
                return Ok(());
            }
            Work::Member(user, at, what, receipt) => (user, at, what, receipt),
        };
        let happening = match what {
            What::Joined => Happening::Joined(Code::from_random_bytes(self.random.random())),
            What::Other(happening) => happening,
        };
        if let Some(member) = decide(user, self.roster.get(user), &happening, at) {
            self.change(vec![member]).await?;
        }
        self.bot.release(receipt);
        Ok(())
    }

    async fn do_what_is_owed(&mut self) -> Result<(), StoreError> {
        let Some(&user) = self.owing.first() else {
            return Ok(());
        };
        let owed = self.roster.get(user).and_then(|member| {
            let step = member.owed.first()?;
            Some((member, step, self.call_for(member, step)))
        });
        let Some((member, step, call)) = owed else {
            self.owing.remove(&user);
            return Ok(());
        };
        let answer = match call {
            Some(call) => self.bot.call(&call).await,
            None => Ok(None),
        };
        let changed = match answer {
            Ok(message) => done(member, step, message),
            // Will not become possible by waiting.
            Err(error @ (CallError::Gone | CallError::Refused)) => {
                info!("{step:?} for {user}: {error}");
                done(member, step, None)
            }
            Err(error) => {
                warn!("{step:?} for {user} has to wait: {error}");
                self.not_before = self.retry_later();
                return Ok(());
            }
        };
        self.change(vec![changed]).await
    }

    /// `None` if there is nothing left to call for.
    fn call_for(&self, member: &Member, step: Step) -> Option<Call> {
        let (group, user) = (self.group, member.user);
        Some(match step {
            Step::Mute => Call::Mute(group, user),
            Step::Unmute => Call::Unmute(group, user),
            Step::Welcome => Call::SendToPerson(user, Message::Welcome(group)),
            Step::Recall => Call::Recall(group, member.greeting?),
            Step::Greet => {
                let code = member.code;
                Call::SendToGroup(group, Message::Greeting { user, code })
            }
        })
    }

    /// Whether there is a scan to begin; if so, it has begun.
    fn begin_scan(&mut self, now: Timestamp) -> bool {
        let policy = &self.bot.policy;
        if let Some(order) = self.orders.pop_front() {
            let scope = Scope::Ordered(order.at);
            match Round::plan(self.group, &self.roster, scope, now, policy) {
                Some(round) => self.round = Some((round, Some(order))),
                None => self.finish(Some(order), Some(Tally::default())),
            }
            return true;
        }
        if now < self.not_before {
            return false;
        }
        let round = Round::plan(self.group, &self.roster, Scope::Due, now, policy);
        self.round = round.map(|round| (round, None));
        self.round.is_some()
    }

    /// One move of the scan.
    async fn scan_on(&mut self) -> Result<(), StoreError> {
        let Some((mut round, order)) = self.round.take() else {
            return Ok(());
        };
        let call = match round.next(&self.roster) {
            None => {
                self.finish(order, Some(round.tally()));
                return Ok(());
            }
            Some(Move::Pause(gap)) => {
                self.resume = self.bot.clock.now().after(gap);
                self.round = Some((round, order));
                return Ok(());
            }
            Some(Move::Call(call)) => call,
        };
        let answer = self.bot.call(&call).await;
        let now = self.bot.clock.now();
        match round.settle(&mut self.roster, answer, now) {
            Ok(changed) => {
                if !changed.is_empty() {
                    self.change(changed).await?;
                }
                self.round = Some((round, order));
            }
            Err(error) => {
                warn!("scan broken off: {error}");
                self.not_before = self.retry_later();
                self.finish(order, None);
            }
        }
        Ok(())
    }

    fn finish(&self, order: Option<Order>, result: Option<Tally>) {
        let Some(order) = order else { return };
        if let Some(report) = order.report
            && report.try_send(result).is_err()
        {
            warn!("missing in the owner's report");
        }
        self.bot.release(order.receipt);
    }

    /// Stores the members in one transaction and takes them over.
    async fn change(&mut self, members: Vec<Member>) -> Result<(), StoreError> {
        self.bot.store.save(self.group, members.clone()).await?;
        for member in members {
            if member.owed.first().is_some() {
                self.owing.insert(member.user);
            } else {
                self.owing.remove(&member.user);
            }
            self.roster.put(member);
        }
        Ok(())
    }

    fn retry_later(&self) -> Timestamp {
        let policy = &self.bot.policy;
        self.bot.clock.now().after(policy.retry_later)
    }
}

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use futures::{FutureExt, future::join_all};
use stage::Instrument;
use tokio::{
    select,
    sync::{mpsc, oneshot, watch},
};
use tracing::{info_span, warn};

use super::{Bot, Job, Receipt, Scans, What, Work, is_stopped, stopped, worker::Worker};
use crate::{
    decide::Happening,
    model::{GroupId, Timestamp},
    platform::{By, Call, CallError, Delivery, Event, Message, Platform, Role},
    policy::Policy,
    roster::Roster,
    scan::{Report, ScanError, Scanned, Scanner, bounded, gather},
    store::{Store, StoreError},
};

/// Knows which group an event concerns.
pub(super) struct Router<'a, P, S> {
    bot: &'a Bot<P, S>,
    stop: watch::Receiver<bool>,
    hire: mpsc::Sender<Job<'a>>,
    inboxes: BTreeMap<GroupId, mpsc::Sender<Work>>,
    /// When the platform last said that it listens.
    connected: Timestamp,
}

impl<'a, P: Platform, S: Store> Router<'a, P, S> {
    pub(super) fn new(
        bot: &'a Bot<P, S>,
        stop: watch::Receiver<bool>,
        hire: mpsc::Sender<Job<'a>>,
    ) -> Self {
        Self {
            bot,
            stop,
            hire,
            inboxes: BTreeMap::new(),
            connected: Timestamp(0),
        }
    }

    pub(super) async fn run(
        mut self,
        mut events: mpsc::Receiver<Delivery>,
    ) -> Result<(), StoreError> {
        for group in self.bot.store.groups().await? {
            if is_stopped(&self.stop) {
                return Ok(());
            }
            let roster = self.bot.store.load(group).await?;
            for member in roster.iter() {
                self.bot.see(member.user, group);
            }
            self.worker(group, roster).await;
        }
        let mut stop = self.stop.clone();
        while !is_stopped(&stop) {
            // Both branches are cancel safe. An event that is being routed when the bot has to
            // stop was not settled, and comes again.
            select! {
                biased;
                () = stopped(&mut stop) => {}
                delivery = events.recv() => match delivery {
                    Some(delivery) => select! {
                        biased;
                        () = self.route(delivery) => {}
                        () = stopped(&mut stop) => {}
                    },
                    None => break,
                },
            }
        }
        Ok(())
    }

    async fn route(&mut self, Delivery { id, at, event }: Delivery) {
        let receipt = Receipt::new(id);
        let (group, what) = match event {
            Event::Joined(group, user) => {
                self.bot.see(user, group);
                (group, What::Joined(user))
            }
            Event::Left(group, user) => (group, What::Other(user, Happening::Left)),
            Event::Kicked(group, user, by) => {
                let happening = match by {
                    By::Admin => Happening::KickedByAdmin,
                    By::Bot => Happening::KickedByBot,
                };
                (group, What::Other(user, happening))
            }
            Event::Unmuted(group, user) => (group, What::Other(user, Happening::UnmutedByAdmin)),
            Event::Added(group) => (group, What::Connected),
            Event::Removed(group) => (group, What::Removed),
            Event::Said(user, text) => {
                let groups = self.bot.groups_of(user);
                let said = |_| What::Other(user, Happening::Said(text.clone()));
                return self.hand_all(groups, said, at, receipt).await;
            }
            // Told late, or twice: it would set the clock back.
            Event::Connected(_) if at < self.connected => return self.bot.release(receipt),
            Event::Connected(present) => {
                self.connected = at;
                self.bot.clock.set(at);
                let present: BTreeSet<_> = present.into_iter().collect();
                for &group in &present {
                    self.inbox(group).await;
                }
                let groups = self.inboxes.keys().copied().collect();
                let what = |group| {
                    if present.contains(&group) {
                        What::Connected
                    } else {
                        What::Removed
                    }
                };
                return self.hand_all(groups, what, at, receipt).await;
            }
            Event::ScanGroup(group, by, role)
                if role == Role::Admin || by == self.bot.policy.owner =>
            {
                (group, What::Scan(None))
            }
            Event::ScanAll(by) if by == self.bot.policy.owner => {
                return self.scan_all(at, receipt).await;
            }
            // Orders from people without the right.
            Event::ScanGroup(..) | Event::ScanAll(_) => return self.bot.release(receipt),
        };
        self.hand(group, Work { what, at, receipt }).await;
    }

    /// Hands something to several groups, who share the receipt; to all at the same time, so that
    /// none waits for another's inbox.
    async fn hand_all(
        &mut self,
        groups: Vec<GroupId>,
        what: impl Fn(GroupId) -> What,
        at: Timestamp,
        receipt: Receipt,
    ) {
        let mut handed = Vec::new();
        for group in groups {
            let (what, receipt) = (what(group), receipt.clone());
            let inbox = self.inbox(group).await;
            handed.push(async move { inbox.send(Work { what, at, receipt }).await });
        }
        // A worker ends before the router only if all is coming to an end.
        join_all(handed).await;
        self.bot.release(receipt);
    }

    async fn scan_all(&mut self, at: Timestamp, receipt: Receipt) {
        let orders = Orders {
            inboxes: self.inboxes.clone(),
            at,
            receipt: receipt.clone(),
        };
        let job = scan_all(self.bot, orders, receipt, self.stop.clone());
        // The manager outlives the router.
        let _ = self.hire.send(job.boxed()).await;
    }

    /// Puts work into a group's inbox, and waits while that is full: so a flood is slowed down
    /// where it comes from. It is never full for long, since a worker hears its inbox while it
    /// waits for anything but the store.
    async fn hand(&mut self, group: GroupId, work: Work) {
        // A worker ends before the router only if all is coming to an end.
        let _ = self.inbox(group).await.send(work).await;
    }

    /// The inbox of a group, with a worker behind it.
    async fn inbox(&mut self, group: GroupId) -> mpsc::Sender<Work> {
        match self.inboxes.get(&group) {
            Some(inbox) => inbox.clone(),
            None => self.worker(group, Roster::default()).await,
        }
    }

    async fn worker(&mut self, group: GroupId, roster: Roster) -> mpsc::Sender<Work> {
        let (inbox, works) = mpsc::channel(self.bot.policy.inbox);
        let worker = Worker::new(self.bot, group, roster, works, self.stop.clone());
        let job = worker.serve().instrument(info_span!("group", %group));
        // The manager outlives the router.
        let _ = self.hire.send(job.boxed()).await;
        self.inboxes.insert(group, inbox.clone());
        inbox
    }
}

/// Scans a group by asking its worker to.
struct Orders {
    inboxes: BTreeMap<GroupId, mpsc::Sender<Work>>,
    at: Timestamp,
    receipt: Receipt,
}

impl Scanner for Orders {
    async fn scan(&self, group: GroupId) -> Scanned {
        let (result, report) = oneshot::channel();
        let work = Work {
            what: What::Scan(Some(result)),
            at: self.at,
            receipt: self.receipt.clone(),
        };
        // A worker that has stopped drops the order, and with it the other end.
        let _ = self.inboxes[&group].send(work).await;
        match report.await {
            Ok(tally) => tally.ok_or(ScanError::HeldUp),
            Err(_) => Err(ScanError::Stopped),
        }
    }
}

/// Has all groups scanned, and tells the owner what came of it.
async fn scan_all<P: Platform, S: Store>(
    bot: &Bot<P, S>,
    orders: Orders,
    receipt: Receipt,
    mut stop: watch::Receiver<bool>,
) -> Result<(), StoreError> {
    let groups = orders.inboxes.keys().copied().collect();
    let orders = Arc::new(orders);
    let report = match bot.scans {
        Scans::Gather => gather(groups, Arc::clone(&orders)).await,
        Scans::Bounded => {
            let most = bot.policy.groups_in_flight;
            bounded(groups, Arc::clone(&orders), most, stop.clone()).await
        }
    };
    if let Some(orders) = Arc::into_inner(orders) {
        bot.release(orders.receipt);
    }
    // Cancel safe: what is dropped is one message to the owner.
    select! {
        biased;
        () = stopped(&mut stop) => {}
        () = tell_owner(bot, &report) => bot.release(receipt),
    }
    Ok(())
}

/// A report is tried again a few times: it changes nothing, and is true later, too.
async fn tell_owner<P: Platform, S: Store>(bot: &Bot<P, S>, report: &Report) {
    let policy = &bot.policy;
    let call = Call::SendToPerson(policy.owner, Message::Report(report.tally()));
    for failures in 1..=policy.retries + 1 {
        let turn = bot.platform.turn(failures > 1).await;
        match bot.platform.call_with(turn, &call).await {
            Err(error) if error.is_passing() && failures <= policy.retries => {
                let salt = bot.clock.now().0;
                let (first, longest) = (policy.backoff, policy.longest_backoff);
                let wait = Policy::pause(failures, first, longest, salt);
                let asked_for = match error {
                    CallError::RateLimited(wait) => wait.min(policy.longest_wait),
                    _ => Duration::ZERO,
                };
                bot.clock.sleep(wait.max(asked_for)).await;
            }
            Err(error) => return warn!("no report to the owner: {error}"),
            Ok(_) => return,
        }
    }
}

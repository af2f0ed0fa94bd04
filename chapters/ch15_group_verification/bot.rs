//! The service: events in, calls out.
//!
//! A router hands each event to the group it concerns. Every group has one worker, which does one
//! thing at a time, the most urgent first: so the events of a group stay in order, and somebody
//! who sends the code in the middle of a scan is heard before the next kick. Router and workers
//! are parts of one future: when it is dropped, nothing of the bot goes on.

mod worker;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use futures::{FutureExt, StreamExt, future::BoxFuture, stream::FuturesUnordered, try_join};
use stage::Instrument;
use tokio::{
    select,
    sync::{Semaphore, mpsc, watch},
};
use tracing::{info_span, warn};

use worker::Worker;

use super::{
    clock::Clock,
    decide::Happening,
    model::{GroupId, Timestamp, UserId},
    platform::{Answer, By, Call, Delivery, Event, EventId, Message, Platform, Role, Tally},
    policy::Policy,
    store::{Store, StoreError},
};

/// The bot and all it works with.
#[derive(Debug)]
pub struct Bot<P, S> {
    platform: P,
    store: S,
    policy: Policy,
    clock: Clock,
    /// For codes. A bot that serves people seeds it from the system.
    seed: u64,
    /// Bounds the groups that make a call at the same moment.
    places: Semaphore,
}

/// One event may concern several groups; the last that is done with it settles it.
type Receipt = Arc<EventId>;

/// What waits in a worker's inbox.
enum Work {
    Member(UserId, Timestamp, What, Receipt),
    Scan(Order),
}

/// A [`Happening`] for which the worker may still have to draw a code.
enum What {
    Joined,
    Other(Happening),
}

/// Somebody asked for a scan.
struct Order {
    at: Timestamp,
    receipt: Receipt,
    /// Where the owner's report is put together; `None` if a group's admin asked.
    report: Option<mpsc::Sender<Option<Tally>>>,
}

impl<P: Platform, S: Store> Bot<P, S> {
    /// A bot that is not running yet.
    ///
    /// Two bots that work on the same store one after the other need different seeds, or they
    /// hand out the same codes.
    pub fn new(platform: P, store: S, policy: Policy, clock: Clock, seed: u64) -> Self {
        Self {
            platform,
            store,
            places: Semaphore::new(policy.groups_in_flight.min(Semaphore::MAX_PERMITS)),
            policy,
            clock,
            seed,
        }
    }

    /// Serves until there are no more events or `stop` becomes true. Then no scan begins any
    /// more, each worker ends after the step it is at, and what was not settled is left for the
    /// next run.
    ///
    /// # Errors
    ///
    /// If the store fails. Whatever was settled is stored.
    ///
    /// # Cancel safety
    ///
    /// It can be dropped at any point, as by a crash: a bot that starts from the same store, and
    /// is sent the unsettled events again, goes on where this one stopped. It may repeat calls
    /// whose success this one did not live to store.
    pub async fn run(
        &self,
        events: mpsc::Receiver<Delivery>,
        stop: watch::Receiver<bool>,
    ) -> Result<(), StoreError> {
        let (hire, hired) = mpsc::channel(1);
        let router = Router {
            bot: self,
            stop,
            hire,
            inboxes: BTreeMap::new(),
            groups_of: BTreeMap::new(),
        };
        let routing = router.run(events).instrument(info_span!("router"));
        // Side by side: workers must go on while the router waits for room in an inbox.
        try_join!(routing, manage(hired)).map(|_| ())
    }

    /// Makes one call, holding one of the places meanwhile.
    async fn call(&self, call: &Call) -> Answer {
        let _place = self.places.acquire().await.expect("never closed");
        self.platform.call(call).await
    }

    /// Gives up a share in an event.
    fn release(&self, receipt: Receipt) {
        if let Some(event) = Arc::into_inner(receipt) {
            self.platform.settled(event);
        }
    }

    /// Adds up what the groups did and tells the owner.
    async fn report(
        &self,
        mut results: mpsc::Receiver<Option<Tally>>,
        receipt: Receipt,
        stop: watch::Receiver<bool>,
    ) -> Result<(), StoreError> {
        let mut sum = Tally::default();
        while let Some(result) = results.recv().await {
            match result {
                Some(one) => {
                    sum.groups += 1;
                    sum.warned += one.warned;
                    sum.kicked += one.kicked;
                }
                None => sum.failed += 1,
            }
        }
        if *stop.borrow() {
            // Some groups did not begin. The order stays unsettled and comes again.
            return Ok(());
        }
        let message = Message::Report(sum);
        if let Err(error) = self
            .call(&Call::SendToPerson(self.policy.owner, message))
            .await
        {
            warn!("no report to the owner: {error}");
        }
        self.release(receipt);
        Ok(())
    }
}

type Job<'a> = BoxFuture<'a, Result<(), StoreError>>;

/// Lets all who are hired work at the same time, until nobody is left.
async fn manage(mut hired: mpsc::Receiver<Job<'_>>) -> Result<(), StoreError> {
    let mut jobs = FuturesUnordered::new();
    loop {
        // Both branches are cancel safe: neither takes anything before it is ready.
        select! {
            biased;
            Some(job) = hired.recv() => jobs.push(job),
            Some(ended) = jobs.next() => ended?,
            else => return Ok(()),
        }
    }
}

/// Knows which group an event concerns.
struct Router<'a, P, S> {
    bot: &'a Bot<P, S>,
    stop: watch::Receiver<bool>,
    hire: mpsc::Sender<Job<'a>>,
    inboxes: BTreeMap<GroupId, mpsc::Sender<Work>>,
    /// Where a person may be pending; private messages do not say which group they are about.
    groups_of: BTreeMap<UserId, BTreeSet<GroupId>>,
}

impl<P: Platform, S: Store> Router<'_, P, S> {
    async fn run(mut self, mut events: mpsc::Receiver<Delivery>) -> Result<(), StoreError> {
        for group in self.bot.store.groups().await? {
            for member in self.bot.store.load(group).await?.iter() {
                self.groups_of.entry(member.user).or_default().insert(group);
            }
            self.inbox(group).await;
        }
        let mut stop = self.stop.clone();
        while !*stop.borrow() {
            // Both branches are cancel safe. An event that is being routed when the bot has to
            // stop was not settled, and comes again.
            select! {
                biased;
                _ = stop.changed() => {}
                delivery = events.recv() => match delivery {
                    Some(delivery) => select! {
                        biased;
                        () = self.route(delivery) => {}
                        _ = stop.changed() => {}
                    },
                    None => break,
                },
            }
        }
        Ok(())
    }

    async fn route(&mut self, Delivery { id, at, event }: Delivery) {
        let receipt = Arc::new(id);
        match event {
            Event::Joined(group, user) => {
                self.groups_of.entry(user).or_default().insert(group);
                let work = Work::Member(user, at, What::Joined, receipt);
                self.hand(group, work).await;
            }
            Event::Left(group, user) => {
                self.gone(group, user, at, Happening::Left, receipt).await;
            }
            Event::Kicked(group, user, By::Admin) => {
                let happening = Happening::KickedByAdmin;
                self.gone(group, user, at, happening, receipt).await;
            }
            Event::Kicked(group, user, By::Bot) => {
                let happening = Happening::KickedByBot;
                self.gone(group, user, at, happening, receipt).await;
            }
            Event::Unmuted(group, user) => {
                let what = What::Other(Happening::UnmutedByAdmin);
                self.hand(group, Work::Member(user, at, what, receipt))
                    .await;
            }
            Event::Said(user, text) => {
                let groups = self.groups_of.get(&user).cloned().unwrap_or_default();
                for group in groups {
                    let what = What::Other(Happening::Said(text.clone()));
                    let work = Work::Member(user, at, what, Arc::clone(&receipt));
                    self.hand(group, work).await;
                }
                self.bot.release(receipt);
            }
            Event::ScanGroup(group, by, role)
                if role == Role::Admin || by == self.bot.policy.owner =>
            {
                let report = None;
                let order = Order {
                    at,
                    receipt,
                    report,
                };
                self.hand(group, Work::Scan(order)).await;
            }
            Event::ScanAll(by) if by == self.bot.policy.owner => self.scan_all(at, receipt).await,
            // Orders from people without the right.
            Event::ScanGroup(..) | Event::ScanAll(_) => self.bot.release(receipt),
        }
    }

    async fn gone(
        &mut self,
        group: GroupId,
        user: UserId,
        at: Timestamp,
        happening: Happening,
        receipt: Receipt,
    ) {
        if let Some(groups) = self.groups_of.get_mut(&user) {
            groups.remove(&group);
            if groups.is_empty() {
                self.groups_of.remove(&user);
            }
        }
        let work = Work::Member(user, at, What::Other(happening), receipt);
        self.hand(group, work).await;
    }

    async fn scan_all(&mut self, at: Timestamp, receipt: Receipt) {
        // Room for one result of each group, so that no worker ever waits to hand in its own.
        let (report, results) = mpsc::channel(self.inboxes.len().max(1));
        let collector = self
            .bot
            .report(results, Arc::clone(&receipt), self.stop.clone());
        // The manager outlives the router.
        let _ = self.hire.send(collector.boxed()).await;
        let groups: Vec<_> = self.inboxes.keys().copied().collect();
        for group in groups {
            let order = Order {
                at,
                receipt: Arc::clone(&receipt),
                report: Some(report.clone()),
            };
            self.hand(group, Work::Scan(order)).await;
        }
        self.bot.release(receipt);
    }

    /// Puts work into a group's inbox, and waits while that is full: so a flood is slowed down
    /// where it comes from.
    async fn hand(&mut self, group: GroupId, work: Work) {
        // A worker ends before the router only if all is coming to an end.
        let _ = self.inbox(group).await.send(work).await;
    }

    /// The inbox of a group, with a worker behind it.
    async fn inbox(&mut self, group: GroupId) -> mpsc::Sender<Work> {
        if let Some(inbox) = self.inboxes.get(&group) {
            return inbox.clone();
        }
        let (inbox, works) = mpsc::channel(self.bot.policy.inbox);
        let worker = Worker::new(self.bot, group, works, self.stop.clone());
        let job = worker.serve().instrument(info_span!("group", %group));
        // The manager outlives the router.
        let _ = self.hire.send(job.boxed()).await;
        self.inboxes.insert(group, inbox.clone());
        inbox
    }
}

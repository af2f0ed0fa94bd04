//! One group's share of the bot: all its waiting.

use std::{collections::BTreeMap, panic::AssertUnwindSafe, pin::pin, sync::Arc, time::Duration};

use futures::{FutureExt, future::pending};
use tokio::{
    select,
    sync::{mpsc, oneshot, watch},
};
use tracing::{error, warn};

use super::{Bot, Receipt, What, Work, codes::Source, is_stopped, stopped};
use crate::{
    decide::Happening,
    group::{Group, Next, OrderId},
    model::{GroupId, Member, Timestamp},
    platform::{CallError, Platform, Tally},
    policy::Policy,
    roster::Roster,
    store::{Store, StoreError},
};

pub(super) struct Worker<'a, P, S> {
    bot: &'a Bot<P, S>,
    id: GroupId,
    inbox: mpsc::Receiver<Work>,
    stop: watch::Receiver<bool>,
    codes: Source,
    /// What the store says, and what follows from it.
    group: Group,
    /// What was taken from the inbox and is not stored yet.
    at_hand: Option<Work>,
    orders: BTreeMap<OrderId, Order>,
    ordered: u64,
    /// Whether the last call was not answered.
    in_doubt: bool,
    /// How often the code failed since it last did something.
    panics: u32,
}

/// Somebody asked for a scan.
struct Order {
    at: Timestamp,
    receipt: Receipt,
    report: Option<oneshot::Sender<Option<Tally>>>,
}

/// An event that makes the code panic so often is left for the next run.
const TOO_MANY_PANICS: u32 = 3;

impl<'a, P: Platform, S: Store> Worker<'a, P, S> {
    pub(super) fn new(
        bot: &'a Bot<P, S>,
        id: GroupId,
        roster: Roster,
        inbox: mpsc::Receiver<Work>,
        stop: watch::Receiver<bool>,
    ) -> Self {
        let now = bot.clock.now();
        Self {
            bot,
            id,
            inbox,
            stop,
            codes: bot.codes.source(id, now),
            group: Group::new(id, roster, Arc::clone(&bot.policy), now),
            at_hand: None,
            orders: BTreeMap::new(),
            ordered: 0,
            in_doubt: false,
            panics: 0,
        }
    }

    /// Works, and after a panic goes on from what is stored. What was at hand is taken up again.
    pub(super) async fn serve(mut self) -> Result<(), StoreError> {
        loop {
            match AssertUnwindSafe(self.work()).catch_unwind().await {
                Ok(ended) => return ended,
                Err(_) => self.panics += 1,
            }
            error!("panicked; starts again from the store");
            if self.panics >= TOO_MANY_PANICS {
                // Its receipt is lost with it, so it is not settled.
                self.at_hand = None;
            }
            if self.panics > TOO_MANY_PANICS && self.rest().await {
                return Ok(());
            }
        }
    }

    /// It was not the event at hand: waits, longer each time, before it starts again. Whether the
    /// bot has to stop.
    async fn rest(&mut self) -> bool {
        let (clock, longest) = (&self.bot.clock, self.bot.policy.longest_pause);
        let again = self.panics - TOO_MANY_PANICS;
        let wait = Policy::pause(again, Duration::from_secs(1), longest, self.id.0);
        // Both are cancel safe.
        select! {
            biased;
            () = stopped(&mut self.stop) => true,
            () = clock.sleep_until(clock.now().after(wait)) => false,
        }
    }

    // ANCHOR: work
    async fn work(&mut self) -> Result<(), StoreError> {
        if self.panics > 0 {
            self.start_again().await?;
        }
        loop {
            self.hear_all().await?;
            if is_stopped(&self.stop) {
                return Ok(());
            }
            let next = self.group.next(self.bot.clock.now());
            self.settle_orders();
            match next {
                Next::Call(_) => self.call().await?,
                Next::Wait(_) if self.inbox.is_closed() && self.inbox.is_empty() => return Ok(()),
                Next::Wait(until) => self.wait(until).await?,
            }
        }
    }
    // ANCHOR_END: work

    // ANCHOR: call
    /// Makes the call that is due when it may be made, and hears the inbox until it is answered.
    async fn call(&mut self) -> Result<(), StoreError> {
        let bot = self.bot;
        let mut turn = pin!(bot.platform.turn(self.in_doubt));
        let turn = loop {
            // All are cancel safe: a message stays in the channel until it is received.
            select! {
                biased;
                turn = &mut turn => break turn,
                () = stopped(&mut self.stop) => return Ok(()),
                Some(work) = self.inbox.recv() => self.take(work).await?,
            }
        };
        // Only now is it decided what to call: that was long ago.
        self.hear_all().await?;
        if is_stopped(&self.stop) {
            return Ok(());
        }
        let began = bot.clock.now();
        let Next::Call(task) = self.group.next(began) else {
            return Ok(());
        };
        let mut call = pin!(bot.platform.call_with(turn, &task.call));
        let answer = loop {
            // As above. Also if the bot has to stop, this call is waited for.
            select! {
                biased;
                answer = &mut call => break answer,
                Some(work) = self.inbox.recv() => self.take(work).await?,
            }
        };
        if let Err(error) = &answer {
            warn!("{:?}: {error}", task.call);
        }
        self.in_doubt = matches!(answer, Err(CallError::Transient | CallError::Closed));
        let (now, codes) = (bot.clock.now(), &mut self.codes);
        let changed = self
            .group
            .answered(&task, &answer, began, now, || codes.draw());
        self.save(changed).await?;
        self.panics = 0;
        Ok(())
    }
    // ANCHOR_END: call

    async fn wait(&mut self, until: Option<Timestamp>) -> Result<(), StoreError> {
        self.report_delays();
        let clock = &self.bot.clock;
        let alarm = async {
            match until {
                Some(at) => clock.sleep_until(at).await,
                None => pending().await,
            }
        };
        // All three are cancel safe: a message stays in the channel until it is received.
        select! {
            biased;
            () = stopped(&mut self.stop) => Ok(()),
            Some(work) = self.inbox.recv() => self.take(work).await,
            () = alarm => Ok(()),
            else => Ok(()),
        }
    }

    /// All that waits now; not what comes meanwhile, or a flood would leave no time for calls. If
    /// the bot has to stop, what still waits comes again.
    async fn hear_all(&mut self) -> Result<(), StoreError> {
        for _ in 0..self.inbox.len() {
            if is_stopped(&self.stop) {
                break;
            }
            if let Ok(work) = self.inbox.try_recv() {
                self.take(work).await?;
            }
        }
        Ok(())
    }

    async fn take(&mut self, work: Work) -> Result<(), StoreError> {
        self.at_hand = Some(work);
        self.take_at_hand().await
    }

    /// What an event means, and what is owed because of it, is stored before it is settled.
    async fn take_at_hand(&mut self) -> Result<(), StoreError> {
        let Some(Work { what, at, .. }) = &mut self.at_hand else {
            return Ok(());
        };
        let (at, store) = (*at, &self.bot.store);
        match what {
            What::Joined(user) => {
                let (user, joined) = (*user, Happening::Joined(self.codes.draw()));
                let changed = self.group.hear(user, &joined, at);
                self.save(changed).await?;
            }
            What::Other(user, happening) => {
                let changed = self.group.hear(*user, happening, at);
                self.save(changed).await?;
            }
            What::Connected => {
                let known = self.group.roster().since;
                self.group.connect(at);
                if let Some(since) = self.group.roster().since.filter(|_| known.is_none()) {
                    store.meet(self.id, since).await?;
                }
            }
            What::Removed => self.group.disconnect(at),
            What::Scan(report) => {
                let report = report.take();
                self.order(at, report);
                return Ok(());
            }
        }
        if let Some(work) = self.at_hand.take() {
            self.bot.release(work.receipt);
        }
        Ok(())
    }

    fn order(&mut self, at: Timestamp, report: Option<oneshot::Sender<Option<Tally>>>) {
        let Some(Work { receipt, .. }) = self.at_hand.take() else {
            return;
        };
        let order = Order {
            at,
            receipt,
            report,
        };
        if self.orders.len() >= self.bot.policy.inbox {
            // As many scans as that are waiting already.
            self.bot.release(order.receipt);
            return;
        }
        self.ordered += 1;
        let id = OrderId(self.ordered);
        self.group.order(id, at);
        self.orders.insert(id, order);
    }

    fn settle_orders(&mut self) {
        for (order, result) in self.group.ended_orders() {
            let Some(order) = self.orders.remove(&order) else {
                continue;
            };
            if let Some(report) = order.report {
                // Whoever asked may have been told already that it takes longer.
                let _ = report.send(result);
            }
            self.bot.release(order.receipt);
        }
    }

    /// Whoever waits for a scan that cannot go on need not wait any longer; it is still tried.
    fn report_delays(&mut self) {
        if self.group.is_held_up(self.bot.clock.now()) {
            for order in self.orders.values_mut() {
                if let Some(report) = order.report.take() {
                    let _ = report.send(None);
                }
            }
        }
    }

    /// Stores the members in one transaction.
    async fn save(&self, members: Vec<Member>) -> Result<(), StoreError> {
        if members.is_empty() {
            return Ok(());
        }
        for member in &members {
            self.bot.see(member.user, self.id);
        }
        self.bot.store.save(self.id, members).await
    }

    /// After a panic: what is stored counts, and calls wait for a while, longer each time.
    async fn start_again(&mut self) -> Result<(), StoreError> {
        let (bot, now) = (self.bot, self.bot.clock.now());
        let roster = bot.store.load(self.id).await?;
        let connected = self.group.is_connected();
        self.group = Group::new(self.id, roster, Arc::clone(&bot.policy), now);
        if connected {
            self.group.connect(now);
        }
        let first = Duration::from_mins(1);
        let wait = Policy::pause(self.panics, first, bot.policy.longest_pause, self.id.0);
        self.group.leave_alone_until(now.after(wait));
        for (&id, order) in &self.orders {
            self.group.order(id, order.at);
        }
        self.take_at_hand().await
    }
}

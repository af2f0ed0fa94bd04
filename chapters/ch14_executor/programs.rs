//! Small programs as data, which any executor can run: what was the same on two of them is written down.

use std::pin::Pin;

use crate::{
    machine::Rest,
    primitives::{Arc, Mutex, lock},
};

/// What a task does, in order.
pub type Program = Vec<Step>;

/// One thing that a task does.
#[derive(Clone, Debug)]
pub enum Step {
    /// Sleeps so many milliseconds.
    Sleep(u64),
    /// Goes to the end of the queue.
    Yield,
    /// Starts a task with this number and program.
    Spawn(usize, Program),
    /// Waits for the task that it started last, and still has.
    Join,
    /// Aborts the task that it started first, and still has.
    Abort,
    /// Lets go of the task that it started last.
    Forget,
    /// Sends its number to the inbox of that task.
    Send(usize),
    /// Waits for something in its own inbox.
    Receive,
}

/// What an executor has to have so that programs can run on it.
pub trait World: Send + Sync + 'static {
    /// Waits for a task.
    type Handle: Send;
    /// One end of a channel, with room for two messages.
    type Sender: Clone + Send + Sync;
    /// The other end.
    type Receiver: Send;

    /// Starts a task.
    fn spawn(&self, task: Boxed) -> Self::Handle;
    /// The task's value, or `None` if it was dropped.
    fn join(handle: Self::Handle) -> impl Future<Output = Option<usize>> + Send;
    /// Asks for a task to be dropped.
    fn abort(handle: &Self::Handle);
    /// A channel with room for two.
    fn channel(&self) -> (Self::Sender, Self::Receiver);
    /// Whether somebody can still receive it.
    fn send(to: &Self::Sender, number: usize) -> impl Future<Output = bool> + Send;
    /// The next one; `None` if nobody is left who could send.
    fn receive(from: &mut Self::Receiver) -> impl Future<Output = Option<usize>> + Send;
    /// Waits for so many milliseconds.
    fn sleep(&self, milliseconds: u64) -> impl Future<Output = ()> + Send;
    /// Milliseconds since the beginning.
    fn now(&self) -> u64;
}

/// What happened: when, in which task, and what.
pub type Log = Vec<(u64, usize, String)>;

/// Runs a program as the task 0 of so many, for so many milliseconds, and returns what happened until then.
pub async fn play<W: World>(world: W, tasks: usize, program: Program, length: u64) -> Log {
    let (senders, inboxes): (Vec<_>, Vec<_>) = (0..tasks).map(|_| world.channel()).unzip();
    let shared = Arc::new(Shared {
        world,
        inboxes: Mutex::new(inboxes.into_iter().map(Some).collect()),
        log: Mutex::default(),
    });
    let senders = senders.into_iter().map(Some).collect();
    let first = act(Arc::clone(&shared), 0, program, senders);
    drop(shared.world.spawn(first));
    shared.world.sleep(length).await;
    std::mem::take(&mut *lock(&shared.log))
}

/// What all tasks of a program share.
struct Shared<W: World> {
    world: W,
    /// Each task takes its own when it begins.
    inboxes: Mutex<Vec<Option<W::Receiver>>>,
    log: Mutex<Log>,
}

/// A task of a program; its value is its number.
pub type Boxed = Pin<Box<dyn Future<Output = usize> + Send>>;

/// One task. Boxed, as it may start others like itself.
fn act<W: World>(
    shared: Arc<Shared<W>>,
    me: usize,
    program: Program,
    mut senders: Vec<Option<W::Sender>>,
) -> Boxed {
    Box::pin(async move {
        let mut ending = Ending(Arc::clone(&shared), me, "dropped");
        let inbox = lock(&shared.inboxes)[me].take();
        let mut inbox = inbox.expect("each task runs once");
        // Who sends to itself would wait for itself.
        senders[me] = None;
        let mut started = Vec::new();
        for step in program {
            let done = match step {
                Step::Sleep(milliseconds) => {
                    format!("slept {:?}", shared.world.sleep(milliseconds).await)
                }
                Step::Yield => format!("yielded {:?}", Rest(1).await),
                Step::Spawn(number, program) => {
                    let task = act(Arc::clone(&shared), number, program, senders.clone());
                    started.push(shared.world.spawn(task));
                    format!("spawned {number}")
                }
                Step::Join => match started.pop() {
                    Some(handle) => format!("joined {:?}", W::join(handle).await),
                    None => continue,
                },
                Step::Abort => format!("aborted {:?}", started.first().map(W::abort)),
                Step::Forget => format!("forgot {}", started.pop().is_some()),
                Step::Send(to) => match &senders[to] {
                    Some(sender) => format!("sent to {to} {}", W::send(sender, me).await),
                    None => continue,
                },
                Step::Receive => format!("received {:?}", W::receive(&mut inbox).await),
            };
            shared.tell(me, done);
        }
        ending.2 = "ended";
        me
    })
}

impl<W: World> Shared<W> {
    fn tell(&self, me: usize, what: String) {
        lock(&self.log).push((self.world.now(), me, what));
    }
}

/// Tells how a task has ended, however that came.
struct Ending<W: World>(Arc<Shared<W>>, usize, &'static str);

impl<W: World> Drop for Ending<W> {
    fn drop(&mut self) {
        self.0.tell(self.1, self.2.into());
    }
}

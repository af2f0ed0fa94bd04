//! Proofs of chapter 14: sockets, and more than one thread. All of them on the real clock.

use std::{
    future::pending,
    io::{self, Read, Write},
    net,
    pin::pin,
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
        mpsc,
    },
    task::{Context, Poll, Wake, Waker},
    thread,
    time::Duration,
};

use ch14_executor::{
    clock::Clock,
    current::spawn,
    echo::{ANY_PORT, said, server, talk},
    executor_1, executor_2,
    executor_3::Executor,
    join_handle::JoinError,
    machine::Rest,
    piano::{lifted, lifted_from_one_queue},
    reactor::{Reactor, Until},
    task::Boxed,
    tcp::{TcpListener, TcpStream},
    watched::Watched,
    workers_1, workers_2,
};
use stage::on_both_runtimes;

// Sockets

#[test]
fn echo_answers_on_every_executor() {
    let expected = ["good morning", "and good night"];
    assert_eq!(
        executor_2::Executor::default().block_on(talk()).unwrap(),
        expected
    );
    assert_eq!(
        Executor::new(Clock::real()).block_on(talk()).unwrap(),
        expected
    );
    assert_eq!(
        workers_1::Workers::new(2).block_on(talk()).unwrap(),
        expected
    );
    assert_eq!(
        workers_2::Workers::new(2).block_on(talk()).unwrap(),
        expected
    );
}

/// The reactor needs a waker and nothing else: it serves Tokio's tasks as well.
#[test]
fn echo_reactor_serves_whoever_has_a_waker() {
    on_both_runtimes(|| async {
        let reactor = Reactor::start().unwrap();
        let listener = net::TcpListener::bind(ANY_PORT).unwrap();
        let address = listener.local_addr().unwrap();
        let other = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut heard = [0; 5];
            stream.read_exact(&mut heard).unwrap();
            stream.write_all(&heard).unwrap();
        });
        let mut stream = TcpStream::connect(&reactor, address).await.unwrap();
        assert_eq!(said(&mut stream, "hello").await.unwrap(), "hello");
        other.join().unwrap();
    });
}

/// What becomes ready between the try and the wait is not missed. Here it does so in the middle of a try that has
/// found nothing, and the reactor has told of it before that try is over.
#[test]
fn echo_waker_is_left_before_the_look() {
    on_both_runtimes(|| async {
        let reactor = Reactor::start().unwrap();
        let listener = net::TcpListener::bind(ANY_PORT).unwrap();
        let address = listener.local_addr().unwrap();
        let stream = mio::net::TcpStream::connect(address).unwrap();
        let mut watched = Watched::new(&reactor, stream).unwrap();
        let (mut other, _) = listener.accept().unwrap();
        // Until the events of the connection itself are over.
        thread::sleep(Duration::from_millis(20));
        let (mut buffer, mut tries) = ([0; 8], 0);
        let read = watched.when(Until::Readable, |stream| {
            tries += 1;
            let read = stream.read(&mut buffer);
            if tries == 1 {
                other.write_all(b"letter").unwrap();
                thread::sleep(Duration::from_millis(20));
            }
            read
        });
        assert_eq!(read.await.unwrap(), 6);
        assert_eq!((tries, &buffer[..6]), (2, &b"letter"[..]));
    });
}

/// A waker may be the last that holds a task, and that task another socket: it is not dropped under the lock.
#[test]
fn echo_waker_that_holds_a_socket_may_be_replaced() {
    struct Holds(Option<TcpStream>);
    impl Wake for Holds {
        fn wake(self: Arc<Self>) {
            assert!(self.0.is_some());
        }
    }
    let (over, hears) = mpsc::channel();
    thread::spawn(move || {
        executor_1::block_on(async {
            let reactor = Reactor::start().unwrap();
            let listener = net::TcpListener::bind(ANY_PORT).unwrap();
            let address = listener.local_addr().unwrap();
            let mut stream = TcpStream::connect(&reactor, address).await.unwrap();
            let held = TcpStream::connect(&reactor, address).await.unwrap();
            let mut buffer = [0; 8];
            let mut read = pin!(stream.read(&mut buffer));
            for waker in [
                Waker::from(Arc::new(Holds(Some(held)))),
                Waker::noop().clone(),
            ] {
                let mut context = Context::from_waker(&waker);
                assert!(read.as_mut().poll(&mut context).is_pending());
            }
        });
        over.send(()).unwrap();
    });
    assert_eq!(hears.recv_timeout(Duration::from_millis(500)), Ok(()));
}

#[test]
fn echo_serves_a_hundred_at_a_time() {
    let total = workers_2::Workers::new(2).block_on(async {
        let reactor = Reactor::start()?;
        let (address, _server) = server(&reactor)?;
        let clients: Vec<_> = (0..100)
            .map(|client| {
                let reactor = Arc::clone(&reactor);
                spawn(async move {
                    let mut stream = TcpStream::connect(&reactor, address).await?;
                    let words = format!("client {client}").repeat(500);
                    said(&mut stream, &words).await.map(|heard| (words, heard))
                })
            })
            .collect();
        let mut total = 0;
        for client in clients {
            let (words, heard) = client.await.expect("nobody aborts a client")?;
            assert_eq!(words, heard);
            total += 1;
        }
        Ok::<_, io::Error>(total)
    });
    assert_eq!(total.unwrap(), 100);
}

/// More than the system keeps in its buffers: each side has to wait for the other.
#[test]
fn echo_waits_for_room_to_write() {
    let mut executor = executor_2::Executor::default();
    let read = executor.block_on(async {
        let reactor = Reactor::start().unwrap();
        let mut listener = TcpListener::bind(&reactor, ANY_PORT).unwrap();
        let address = listener.local_addr().unwrap();
        let sender = spawn(async move {
            let mut stream = listener.accept().await.unwrap();
            stream.write_all(&vec![7; 8 << 20]).await.unwrap();
        });
        let mut stream = TcpStream::connect(&reactor, address).await.unwrap();
        let (mut total, mut buffer) = (0, vec![0; 1 << 16]);
        loop {
            match stream.read(&mut buffer).await.unwrap() {
                0 => break,
                read => total += read,
            }
        }
        sender.await.unwrap();
        total
    });
    assert_eq!(read, 8 << 20);
}

/// Dropped while it waits, a read has read nothing: the next one has it all.
#[test]
fn echo_read_that_is_dropped_loses_nothing() {
    executor_1::block_on(async {
        let reactor = Reactor::start().unwrap();
        let listener = net::TcpListener::bind(ANY_PORT).unwrap();
        let address = listener.local_addr().unwrap();
        let mut stream = TcpStream::connect(&reactor, address).await.unwrap();
        let (mut other, _) = listener.accept().unwrap();
        let mut buffer = [0; 16];
        {
            let mut read = Box::pin(stream.read(&mut buffer));
            let mut context = Context::from_waker(Waker::noop());
            assert!(read.as_mut().poll(&mut context).is_pending());
        }
        other.write_all(b"letter").unwrap();
        assert_eq!(stream.read(&mut buffer).await.unwrap(), 6);
        assert_eq!(&buffer[..6], b"letter");
    });
}

#[test]
fn echo_a_dropped_task_hangs_up() {
    executor_2::Executor::default().block_on(async {
        let reactor = Reactor::start().unwrap();
        let listener = net::TcpListener::bind(ANY_PORT).unwrap();
        let address = listener.local_addr().unwrap();
        let client = spawn({
            let reactor = Arc::clone(&reactor);
            async move {
                let mut stream = TcpStream::connect(&reactor, address).await.unwrap();
                stream.read(&mut [0; 8]).await.unwrap()
            }
        });
        Rest(1).await;
        let (mut other, _) = listener.accept().unwrap();
        client.abort();
        assert!(matches!(client.await, Err(JoinError::Cancelled)));
        assert_eq!(other.read(&mut [0; 8]).unwrap(), 0);
    });
}

#[test]
fn echo_a_dropped_server_listens_no_longer() {
    executor_2::Executor::default().block_on(async {
        let reactor = Reactor::start().unwrap();
        let (address, server) = server(&reactor).unwrap();
        let mut stream = TcpStream::connect(&reactor, address).await.unwrap();
        said(&mut stream, "here").await.unwrap();
        server.abort();
        assert!(matches!(server.await, Err(JoinError::Cancelled)));
        let refused = TcpStream::connect(&reactor, address).await.err().unwrap();
        assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
    });
}

#[test]
fn echo_the_end_of_the_other_side_is_zero_bytes() {
    executor_1::block_on(async {
        let reactor = Reactor::start().unwrap();
        let listener = net::TcpListener::bind(ANY_PORT).unwrap();
        let mut stream = TcpStream::connect(&reactor, listener.local_addr().unwrap())
            .await
            .unwrap();
        let (other, _) = listener.accept().unwrap();
        let closer = thread::spawn(move || {
            thread::sleep(Duration::from_millis(20));
            drop(other);
        });
        assert_eq!(stream.read(&mut [0; 8]).await.unwrap(), 0);
        closer.join().unwrap();
    });
}

// More than one thread

#[test]
fn piano_needs_two_workers_at_the_same_time() {
    for threads in [
        workers_1::Workers::new(2).block_on(lifted()),
        workers_2::Workers::new(2).block_on(lifted()),
    ] {
        assert_ne!(threads[0], threads[1]);
    }
}

/// Both porters stand in the queue of the worker that runs the boss: one of them must be taken from there.
#[test]
fn piano_is_lifted_only_if_work_is_stolen() {
    for _ in 0..100 {
        let threads = workers_2::Workers::new(2).block_on(lifted_from_one_queue());
        assert_ne!(threads[0], threads[1]);
    }
}

/// Ten tasks in the queue of a worker that does not come back until all of them have run.
#[test]
fn piano_queue_of_a_blocked_worker_is_emptied_by_others() {
    let done = Arc::new((Mutex::new(0), Condvar::new()));
    workers_2::Workers::new(2).block_on(async {
        let boss = spawn({
            let done = Arc::clone(&done);
            async move {
                for _ in 0..10 {
                    let done = Arc::clone(&done);
                    drop(spawn(async move {
                        *done.0.lock().unwrap() += 1;
                        done.1.notify_one();
                    }));
                }
                let (count, changed) = &*done;
                drop(changed.wait_while(count.lock().unwrap(), |count| *count < 10));
            }
        });
        boss.await.unwrap();
    });
    assert_eq!(*done.0.lock().unwrap(), 10);
}

/// Whoever is woken is polled, from whichever thread the wake comes and however often.
#[test]
fn workers_lose_no_wake_up() {
    fn chain(length: usize, polls: Arc<AtomicUsize>) -> Boxed {
        Box::pin(async move {
            for _ in 0..length {
                Rest(1).await;
                polls.fetch_add(1, SeqCst);
            }
            if length > 0 {
                spawn(chain(length - 1, polls)).await.unwrap();
            }
        })
    }
    for workers in [1, 2, 4] {
        let polls = Arc::new(AtomicUsize::new(0));
        let chains = || async {
            let all: Vec<_> = (0..20)
                .map(|_| spawn(chain(20, Arc::clone(&polls))))
                .collect();
            for one in all {
                one.await.unwrap();
            }
        };
        workers_1::Workers::new(workers).block_on(chains());
        workers_2::Workers::new(workers).block_on(chains());
        assert_eq!(polls.load(SeqCst), 2 * 20 * (20 * 21 / 2));
    }
}

/// A task that is woken by a plain thread, over and over.
#[test]
fn workers_are_woken_from_outside() {
    struct FromAThread(bool);
    impl Future for FromAThread {
        type Output = ();
        fn poll(mut self: std::pin::Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
            if self.0 {
                return Poll::Ready(());
            }
            self.0 = true;
            let waker = context.waker().clone();
            thread::spawn(move || waker.wake());
            Poll::Pending
        }
    }
    let many = || async {
        let all: Vec<_> = (0..50)
            .map(|_| {
                spawn(async {
                    for _ in 0..4 {
                        FromAThread(false).await;
                    }
                })
            })
            .collect();
        for one in all {
            one.await.unwrap();
        }
    };
    workers_1::Workers::new(2).block_on(many());
    workers_2::Workers::new(2).block_on(many());
}

/// Two that wake each other stay in the queue of their worker; those from outside have their turn all the same.
#[test]
fn workers_with_full_queues_let_in_those_from_outside() {
    let workers = workers_2::Workers::new(1);
    let ended = workers.block_on(async {
        let busy = spawn(async {
            loop {
                Rest(1000).await;
            }
        });
        let guest = spawn(async { 7 });
        let ended = guest.await.unwrap();
        busy.abort();
        ended
    });
    assert_eq!(ended, 7);
}

#[test]
fn workers_that_are_dropped_drop_their_tasks() {
    struct Counted(Arc<AtomicUsize>);
    impl Drop for Counted {
        fn drop(&mut self) {
            self.0.fetch_add(1, SeqCst);
        }
    }
    let dropped = Arc::new(AtomicUsize::new(0));
    let start = || async {
        for _ in 0..10 {
            let counted = Counted(Arc::clone(&dropped));
            drop(spawn(async move {
                pending::<()>().await;
                drop(counted);
            }));
        }
    };
    let one = workers_1::Workers::new(2);
    one.block_on(start());
    drop(one);
    assert_eq!(dropped.load(SeqCst), 10);
    let two = workers_2::Workers::new(2);
    two.block_on(start());
    drop(two);
    assert_eq!(dropped.load(SeqCst), 20);
}

#[test]
fn workers_keep_a_panic_to_its_task() {
    let one = workers_1::Workers::new(1);
    let two = workers_2::Workers::new(1);
    let panics = || async {
        let burnt = spawn(async { panic!("burnt") });
        assert!(matches!(burnt.await, Err::<(), _>(JoinError::Panicked(_))));
        spawn(async { 5 }).await.unwrap()
    };
    assert_eq!((one.block_on(panics()), two.block_on(panics())), (5, 5));
}

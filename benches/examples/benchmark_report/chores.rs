//! A hundred requests, files, computations, queries, commits and live connections, done in turn, by
//! threads and by tasks.

use std::{
    error::Error,
    fs,
    io::{self, Read, Write},
    iter,
    net::{Ipv4Addr, TcpStream as BlockingStream},
    path::Path,
    sync::Arc,
    thread,
    time::{Duration, Instant, SystemTime},
};

use async_workbook::ch11_parallelism::bounds::{
    Way::{self, InTurn, TasksOnAllCores, TasksOnOneThread, Threads},
    Work, least,
};
use async_workbook_benches::{one_thread, workers};
use rusqlite::Connection;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    runtime::Runtime,
    sync::Semaphore,
    task::{JoinSet, spawn_blocking},
    time::{interval, sleep},
};

use crate::{
    in_a_child,
    page::table,
    results::{three_digits, time},
    ways::{Job, best_of_three, cores, figure},
};

const HUNDRED: u32 = 100;
/// How long the server takes to answer a request.
const ANSWER: Duration = Duration::from_millis(100);
/// From one live message to the next of the same sender.
const PAUSE: Duration = Duration::from_millis(50);
const MESSAGES: u32 = 20;
const FILE: usize = 1 << 20;
const ROWS: u32 = 20_000;

const CHORES: [(&str, &str); 6] = [
    ("requests", "100 requests to a server that takes 100 ms"),
    ("files", "100 files of 1 MiB, written and read"),
    ("computing", "100 computations"),
    ("queries", "100 queries of a database"),
    ("commits", "100 commits to a database"),
    ("live", "100 live connections: messages are late by, at p99"),
];
const WAYS: [(Way, &str); 4] = [
    (InTurn, "in turn"),
    (Threads, "100 threads"),
    (TasksOnOneThread, "tasks on one thread"),
    (TasksOnAllCores, "tasks on all cores"),
];

type Fault = Box<dyn Error + Send + Sync>;

/// Seconds, by chore and way; or why not.
pub struct Chores([[Result<f64, String>; 4]; 6]);

pub fn measure() -> Chores {
    let server = workers(2);
    let port = server.block_on(serve()).map_err(|error| error.to_string());
    let run = |chore: &str, way: &str| {
        let port = port.clone()?.to_string();
        let run = || figure(&in_a_child(&["chore", chore, way, &port])?, "seconds");
        best_of_three(run)
    };
    Chores(CHORES.map(|(chore, _)| WAYS.map(|(_, way)| run(chore, way))))
}

/// Answers `[b'r', _]` with a byte, and `[b'm', number]` with live messages: the time of each.
async fn serve() -> io::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let port = listener.local_addr()?.port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve_one(stream));
        }
    });
    Ok(port)
}

async fn serve_one(mut stream: TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut asked = [0; 2];
    stream.read_exact(&mut asked).await?;
    let [kind, number] = asked;
    if kind == b'r' {
        sleep(ANSWER).await;
        return stream.write_all(b".").await;
    }
    // All begin at different moments, their neighbours' far from theirs.
    sleep(PAUSE * (u32::from(number) * 37 % HUNDRED) / HUNDRED).await;
    let mut every = interval(PAUSE);
    for _ in 0..MESSAGES {
        every.tick().await;
        stream.write_all(&now().to_be_bytes()).await?;
    }
    Ok(())
}

/// Nanoseconds on the clock that all processes of a machine share.
fn now() -> u128 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    now.unwrap_or_default().as_nanos()
}

/// Does one chore in one way, in this process; prints a line of JSON.
pub fn child(chore: &str, way: &str, port: &str) -> Result<(), String> {
    let way = WAYS.iter().find(|(_, name)| *name == way);
    let (way, _) = *way.ok_or("there is no such way")?;
    let port = port.parse().map_err(|_| format!("'{port}' is no port"))?;
    let seconds = done(chore, way, port).map_err(|error| error.to_string())?;
    println!("{}", json!({ "seconds": seconds }));
    Ok(())
}

fn done(chore: &str, way: Way, port: u16) -> Result<f64, Fault> {
    let folder = tempfile::tempdir()?;
    let path = Arc::<Path>::from(folder.path());
    let (here, there) = (Arc::clone(&path), Arc::clone(&path));
    match chore {
        "requests" => all(way, |_| request(port), move |_| request_async(port)),
        "files" => all(
            way,
            |number| file(&here, number),
            move |number| file_async(Arc::clone(&there), number),
        ),
        "computing" => {
            let compute = || {
                Job::compute().run();
                Ok(())
            };
            all(way, |_| compute(), move |_| async move { compute() })
        }
        "queries" => {
            fill(&path)?;
            // What computes is worth as many at a time as there are cores.
            let limit = Arc::new(Semaphore::new(cores() as usize));
            let task = move |_| off_thread(Arc::clone(&limit), Arc::clone(&there), query);
            all(way, |_| query(&here), task)
        }
        "commits" => {
            fill(&path)?;
            // SQLite lets one write at a time.
            let limit = Arc::new(Semaphore::new(1));
            let task = move |_| off_thread(Arc::clone(&limit), Arc::clone(&there), commit);
            all(way, |_| commit(&here), task)
        }
        "live" => late(way, port),
        _ => Err("there is no such chore".into()),
    }
}

/// Seconds until all hundred are done.
fn all<F>(
    way: Way,
    blocking: impl Fn(u32) -> Result<(), Fault> + Sync,
    task: impl Fn(u32) -> F + Send + 'static,
) -> Result<f64, Fault>
where
    F: Future<Output = Result<(), Fault>> + Send + 'static,
{
    let start = Instant::now();
    let done: Vec<Result<(), Fault>> = match way {
        InTurn => (0..HUNDRED).map(blocking).collect(),
        Threads => on_threads(blocking),
        _ => on_tasks(way, task),
    };
    done.into_iter().collect::<Result<Vec<()>, Fault>>()?;
    Ok(start.elapsed().as_secs_f64())
}

fn on_threads<T: Send>(work: impl Fn(u32) -> T + Sync) -> Vec<T> {
    let work = &work;
    thread::scope(|scope| {
        let threads = (0..HUNDRED).map(|number| scope.spawn(move || work(number)));
        let threads: Vec<_> = threads.collect();
        let joined = threads.into_iter().map(thread::ScopedJoinHandle::join);
        joined.map(|it| it.expect("no thread panics")).collect()
    })
}

fn on_tasks<F>(way: Way, task: impl Fn(u32) -> F + Send + 'static) -> Vec<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
{
    let runtime: Runtime = match way {
        TasksOnOneThread => one_thread(),
        _ => workers(cores() as usize),
    };
    let all = runtime.spawn(async move {
        let tasks: JoinSet<F::Output> = (0..HUNDRED).map(task).collect();
        tasks.join_all().await
    });
    runtime.block_on(all).expect("no task panics")
}

fn request(port: u16) -> Result<(), Fault> {
    let mut stream = BlockingStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.write_all(b"r.")?;
    Ok(stream.read_exact(&mut [0])?)
}

async fn request_async(port: u16) -> Result<(), Fault> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
    stream.write_all(b"r.").await?;
    stream.read_exact(&mut [0]).await?;
    Ok(())
}

fn file(folder: &Path, number: u32) -> Result<(), Fault> {
    let path = folder.join(number.to_string());
    fs::write(&path, vec![1; FILE])?;
    whole(&fs::read(path)?)
}

async fn file_async(folder: Arc<Path>, number: u32) -> Result<(), Fault> {
    let path = folder.join(number.to_string());
    tokio::fs::write(&path, vec![1; FILE]).await?;
    whole(&tokio::fs::read(path).await?)
}

fn whole(file: &[u8]) -> Result<(), Fault> {
    if file.len() == FILE {
        return Ok(());
    }
    Err("a file has lost a part".into())
}

fn open(folder: &Path) -> Result<Connection, Fault> {
    let connection = Connection::open(folder.join("items.sqlite"))?;
    connection.busy_timeout(Duration::from_secs(10))?;
    Ok(connection)
}

fn fill(folder: &Path) -> Result<(), Fault> {
    let mut connection = open(folder)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.execute("CREATE TABLE items (value INTEGER, name TEXT)", ())?;
    let filling = connection.transaction()?;
    for value in 0..ROWS {
        let name = format!("item {value}");
        filling.execute("INSERT INTO items VALUES (?, ?)", (value, name))?;
    }
    Ok(filling.commit()?)
}

/// Over a connection of its own, through all rows.
fn query(folder: &Path) -> Result<(), Fault> {
    let sum = "SELECT sum(length(name)) FROM items WHERE value % 7 = 3";
    let sum: u32 = open(folder)?.query_row(sum, (), |row| row.get(0))?;
    if sum == 0 {
        return Err("the database is empty".into());
    }
    Ok(())
}

/// Over a connection of its own, one row.
fn commit(folder: &Path) -> Result<(), Fault> {
    open(folder)?.execute("INSERT INTO items VALUES (1, 'one more')", ())?;
    Ok(())
}

async fn off_thread(
    limit: Arc<Semaphore>,
    folder: Arc<Path>,
    work: fn(&Path) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let _permit = limit.acquire_owned().await?;
    spawn_blocking(move || work(&folder)).await?
}

/// Seconds by which 99 of 100 messages were late at most.
fn late(way: Way, port: u16) -> Result<f64, Fault> {
    let late: Vec<Result<Vec<u128>, Fault>> = match way {
        InTurn => vec![listen_to_all(port)],
        Threads => on_threads(|number| listen(port, number)),
        _ => on_tasks(way, move |number| listen_async(port, number)),
    };
    let late: Result<Vec<Vec<u128>>, Fault> = late.into_iter().collect();
    let mut late = late?.concat();
    late.sort_unstable();
    let p99 = late.get(late.len() * 99 / 100).ok_or("nobody spoke")?;
    Ok(*p99 as f64 / 1e9)
}

fn begin(port: u16, number: u32) -> Result<BlockingStream, Fault> {
    let mut stream = BlockingStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.write_all(&[b'm', u8::try_from(number)?])?;
    Ok(stream)
}

/// One message of each, round after round.
fn listen_to_all(port: u16) -> Result<Vec<u128>, Fault> {
    let streams: Result<Vec<_>, Fault> = (0..HUNDRED).map(|number| begin(port, number)).collect();
    let mut streams = streams?;
    let mut late = Vec::new();
    for _ in 0..MESSAGES {
        for stream in &mut streams {
            late.push(next(stream)?);
        }
    }
    Ok(late)
}

fn listen(port: u16, number: u32) -> Result<Vec<u128>, Fault> {
    let mut stream = begin(port, number)?;
    (0..MESSAGES).map(|_| next(&mut stream)).collect()
}

fn next(stream: &mut BlockingStream) -> Result<u128, Fault> {
    let mut sent = [0; 16];
    stream.read_exact(&mut sent)?;
    Ok(now().saturating_sub(u128::from_be_bytes(sent)))
}

async fn listen_async(port: u16, number: u32) -> Result<Vec<u128>, Fault> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
    stream.write_all(&[b'm', u8::try_from(number)?]).await?;
    let mut late = Vec::new();
    for _ in 0..MESSAGES {
        let sent = stream.read_u128().await?;
        late.push(now().saturating_sub(sent));
    }
    Ok(late)
}

impl Chores {
    pub fn table(&self) -> String {
        let head = iter::once("").chain(WAYS.map(|(_, name)| name));
        let rows = CHORES.iter().zip(&self.0).map(|((chore, what), seconds)| {
            let cells = WAYS.iter().zip(seconds).map(|((way, _), outcome)| {
                let seconds = match outcome {
                    Ok(it) => *it,
                    Err(words) => return words.clone(),
                };
                let bound = bound(chore, *way, seconds_in_turn(&self.0[2]));
                let ratio = bound.map(|it| format!(" ({})", three_digits(seconds / it)));
                time(seconds * 1e9) + &ratio.unwrap_or_default()
            });
            iter::once((*what).to_owned()).chain(cells).collect()
        });
        table(&head.collect::<Vec<_>>(), rows)
    }
}

fn seconds_in_turn(computing: &[Result<f64, String>; 4]) -> f64 {
    computing[0].clone().unwrap_or(f64::NAN)
}

/// Where the least time is known: of waits, and of computing as long as it takes in turn.
fn bound(chore: &str, way: Way, computing_s: f64) -> Option<f64> {
    let least = |work, each| least(way, work, HUNDRED, each, cores()).as_secs_f64();
    match chore {
        "requests" => Some(least(Work::Waiting, ANSWER)),
        "computing" if computing_s.is_finite() => {
            let each = Duration::from_secs_f64(computing_s) / HUNDRED;
            Some(least(Work::Computing, each))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_is_refused_and_not_measured_as_something_else() {
        let no_way = child("files", "in tune", "1");
        assert_eq!(no_way, Err("there is no such way".into()));
        let no_chore = child("fires", "in turn", "1");
        assert_eq!(no_chore, Err("there is no such chore".into()));
    }
}

//! There and back over TCP on the loopback: 64 bytes to an echo server, and the same bytes again.

use std::{sync::Arc, time::Duration};

use async_workbook::ch14_executor::{
    echo::{ANY_PORT, server},
    reactor::Reactor,
    tcp::TcpStream,
    workers_2,
};
use async_workbook_benches::{brief_group, one_thread, workers};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group};
use futures::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::{ours, timed};

criterion_group!(benches, echo);

const LENGTH: usize = 64;

fn echo(criterion: &mut Criterion) {
    let mut group = brief_group(criterion, "executor_echo");
    group.throughput(Throughput::Elements(1));
    group.bench_function(BenchmarkId::new("ours", "1_thread"), |b| {
        b.iter_custom(|rounds| ours().block_on(with_ours(rounds)));
    });
    group.bench_function(BenchmarkId::new("ours_stealing", "2_workers"), |b| {
        let workers = workers_2::Workers::new(2);
        b.iter_custom(|rounds| workers.block_on(with_ours(rounds)));
    });
    group.bench_function(BenchmarkId::new("tokio", "1_thread"), |b| {
        let runtime = one_thread();
        b.iter_custom(|rounds| runtime.block_on(with_tokio(rounds)));
    });
    group.bench_function(BenchmarkId::new("tokio", "2_workers"), |b| {
        let runtime = workers(2);
        b.iter_custom(|rounds| runtime.block_on(with_tokio(rounds)));
    });
    group.bench_function(BenchmarkId::new("smol", "1_thread"), |b| {
        let executor = smol::LocalExecutor::new();
        b.iter_custom(|rounds| smol::block_on(executor.run(with_smol(&executor, rounds))));
    });
}

async fn with_ours(rounds: u64) -> Duration {
    let reactor = Reactor::start().expect("the system grants a reactor");
    let (address, server) = server(&reactor).expect("there is a port");
    let mut stream = TcpStream::connect(&Arc::clone(&reactor), address)
        .await
        .expect("the server listens");
    let elapsed = timed(async {
        let mut buffer = [0; LENGTH];
        for _ in 0..rounds {
            stream.write_all(&[7; LENGTH]).await.expect("it listens");
            let mut read = 0;
            while read < LENGTH {
                read += stream.read(&mut buffer[read..]).await.expect("it answers");
            }
        }
    });
    let elapsed = elapsed.await;
    server.abort();
    elapsed
}

async fn with_tokio(rounds: u64) -> Duration {
    let listener = tokio::net::TcpListener::bind(ANY_PORT).await;
    let listener = listener.expect("there is a port");
    let address = listener.local_addr().expect("it has an address");
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("somebody comes");
        let mut buffer = [0; 1024];
        loop {
            match stream.read(&mut buffer).await {
                Ok(0) | Err(_) => return,
                Ok(read) => stream.write_all(&buffer[..read]).await.expect("it listens"),
            }
        }
    });
    let stream = tokio::net::TcpStream::connect(address).await;
    let mut stream = stream.expect("the server listens");
    let elapsed = timed(async {
        let mut buffer = [0; LENGTH];
        for _ in 0..rounds {
            stream.write_all(&[7; LENGTH]).await.expect("it listens");
            stream.read_exact(&mut buffer).await.expect("it answers");
        }
    });
    let elapsed = elapsed.await;
    server.abort();
    elapsed
}

async fn with_smol(executor: &smol::LocalExecutor<'_>, rounds: u64) -> Duration {
    let listener = smol::net::TcpListener::bind(ANY_PORT).await;
    let listener = listener.expect("there is a port");
    let address = listener.local_addr().expect("it has an address");
    // Dropped at the end, and with it the task.
    let _server = executor.spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("somebody comes");
        let mut buffer = [0; 1024];
        loop {
            match stream.read(&mut buffer).await {
                Ok(0) | Err(_) => return,
                Ok(read) => stream.write_all(&buffer[..read]).await.expect("it listens"),
            }
        }
    });
    let stream = smol::net::TcpStream::connect(address).await;
    let mut stream = stream.expect("the server listens");
    timed(async {
        let mut buffer = [0; LENGTH];
        for _ in 0..rounds {
            stream.write_all(&[7; LENGTH]).await.expect("it listens");
            stream.read_exact(&mut buffer).await.expect("it answers");
        }
    })
    .await
}

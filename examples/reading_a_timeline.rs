//! Every mark that a timeline can show, in one morning.

use std::{future::pending, time::Duration};

use stage::{Instrument, block_for};
use tokio::{
    spawn,
    time::{sleep, timeout},
};
use tracing::{info, info_span};

const SECOND: Duration = Duration::from_secs(1);

fn main() {
    stage::play("A morning", morning());
}

async fn morning() {
    let kettle = spawn(boil().instrument(info_span!("kettle")));
    let cook = spawn(stir_and_chop().instrument(info_span!("cook")));
    let glass = spawn(slip().instrument(info_span!("glass")));
    let washing_up = wash_up().instrument(info_span!("washing up"));
    let guest = pending::<()>().instrument(info_span!("guest"));

    let seen = timeout(SECOND * 6, guest).await;
    assert!(seen.is_err(), "the guest never comes");
    washing_up.await;

    assert!(kettle.await.is_ok() && cook.await.is_ok());
    assert!(glass.await.is_err(), "the glass is broken");
}

async fn boil() {
    sleep(SECOND * 4).await;
    info!("whistles");
    sleep(SECOND).await;
}

async fn stir_and_chop() {
    for _ in 0..3 {
        sleep(SECOND).await;
    }
    block_for(SECOND * 2);
}

async fn wash_up() {
    sleep(SECOND).await;
}

async fn slip() {
    sleep(SECOND * 2).await;
    panic!("in pieces");
}

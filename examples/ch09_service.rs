//! A service starts, runs, drains and closes.

use std::time::Duration;

use ch09_resources::{
    service::{Service, day, start_wrong},
    session::{Failed, Server},
};
use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

fn main() {
    let broken = Server::with(&[Failed::Query("database")]);
    stage::acts(|stage| {
        stage.play("Wrong: a start that fails half-way", async {
            let start = start_wrong(&broken).instrument(info_span!("service"));
            info!("{:?}", start.await.err());
            sleep(Duration::from_millis(700)).await;
        });
        stage.play("A start that fails half-way", async {
            let start = Service::start(&broken).instrument(info_span!("service"));
            info!("{:?}", start.await.err());
        });
        stage.play("A day", async {
            day(&Server::default(), Duration::from_secs(2)).await
        })
    })
    .expect("the server has no faults");
}

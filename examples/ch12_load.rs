//! One server under three kinds of load; then the load at which it is still good enough.

use std::time::Duration;

use ch12_observing::{
    load::{at_once, closed_loop, open_loop},
    server::Server,
};
use tracing::info;

fn main() {
    stage::acts(|stage| {
        stage.play("A hundred at once, and four hundred", async {
            for calls in [100, 400] {
                let server = Server::varies();
                info!("{}", at_once(calls, || server.ask()).await.line());
            }
        });
        stage.play("A closed loop, for ten seconds", async {
            let (server, length) = (Server::stalls(), Duration::from_secs(10));
            info!("{}", closed_loop(length, || server.ask()).await.line());
        });
        stage.play("An open loop, fifty a second", async {
            let server = Server::stalls();
            info!("{}", open_loop(50, 500, || server.ask()).await.line());
        });
        // Eight minutes that nobody has to wait for.
        let lines = [20, 40, 60, 70, 80, 90, 100, 110].map(minute);
        stage.play("A server that never stands still", async {
            for line in &lines {
                info!("{line}");
            }
        });
    });
}

fn minute(per_second: u32) -> String {
    let report = stage::virtual_time(async {
        let server = Server::varies();
        open_loop(per_second, 60 * per_second, || server.ask()).await
    });
    format!("{per_second:>3} a second: {}", report.line())
}

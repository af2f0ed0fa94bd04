//! What each reader gets of the same error.

use std::io;

use ch10_failure::kinds::OrderError;
use tracing::info;

fn main() {
    let bad = "twelve".parse::<u32>().map_err(OrderError::BadAnswer);
    let refused = io::Error::from(io::ErrorKind::ConnectionRefused);
    let reset = io::Error::from(io::ErrorKind::ConnectionReset);
    let errors = [
        OrderError::TooFew { wanted: 3, left: 2 },
        OrderError::Unreachable(refused),
        OrderError::Unreachable(reset),
        OrderError::Unconfirmed(4711),
    ];
    stage::play("Five errors, three readers", async {
        for error in errors.into_iter().chain(bad.err()) {
            info!("logged: {}", error.logged());
            info!("shown:  {}", error.shown());
            info!("again:  {:?}", error.again());
        }
    });
}

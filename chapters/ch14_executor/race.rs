//! Both, the first, and after you: several futures in one task.

use std::time::Duration;

use stage::Instrument;
use tracing::{info, info_span};

use crate::{
    time::sleep,
    together::{Either, join, select, yield_now},
};

/// Both are polled at each wake, also the one that has nothing new to say.
pub async fn both() -> (u32, u32) {
    let kettle = boil(3).instrument(info_span!("kettle"));
    let toaster = boil(2).instrument(info_span!("toaster"));
    join(kettle, toaster).await
}

/// The kettle is dropped when the telephone rings.
pub async fn first() -> Either<u32, ()> {
    let kettle = boil(3).instrument(info_span!("kettle"));
    let telephone = sleep(Duration::from_secs(2)).instrument(info_span!("telephone"));
    select(kettle, telephone).await
}

/// Two who speak in turn. With `politely`, each gives way after every word.
pub async fn words(politely: bool) -> Vec<&'static str> {
    let said = std::cell::RefCell::new(Vec::new());
    let speaker = async |words: [&'static str; 3]| {
        for word in words {
            said.borrow_mut().push(word);
            info!("{word}");
            if politely {
                yield_now().await;
            }
        }
    };
    join(
        speaker(["ping", "ping", "ping"]).instrument(info_span!("left")),
        speaker(["pong", "pong", "pong"]).instrument(info_span!("right")),
    )
    .await;
    said.into_inner()
}

async fn boil(seconds: u32) -> u32 {
    for _ in 0..seconds {
        sleep(Duration::from_secs(1)).await;
    }
    seconds
}

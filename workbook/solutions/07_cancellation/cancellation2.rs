//! A hotel's heating: one switch turns off the house, each room has its own. A guest in room 2 turns
//! off the heating and the whole hotel gets cold. Room and house share one `CancellationToken`.
//!
//! Goal: a room's switch turns off that room with all its radiators; the main switch, everything.
//!
//! Lesson: `chapters/ch07_cancellation/README.md`, "A tree of tokens"

use std::time::Duration;

use stage::Instrument;
use tokio::{task::JoinSet, time::sleep};
use tokio_util::sync::CancellationToken;
use tracing::{info, info_span};

/// The switches of a hotel with so many rooms.
struct Switches {
    main: CancellationToken,
    rooms: Vec<CancellationToken>,
}

impl Switches {
    fn new(rooms: usize) -> Self {
        let main = CancellationToken::new();
        let rooms = (0..rooms).map(|_| main.child_token()).collect();
        Self { main, rooms }
    }
}

async fn radiator(room: usize, number: usize, switch: CancellationToken) {
    async {
        switch.cancelled().await;
        info!("cold");
    }
    .instrument(info_span!("radiator", room, number))
    .await;
}

/// Two radiators in each room.
fn heat(switches: &Switches) -> JoinSet<()> {
    let mut radiators = JoinSet::new();
    for (room, switch) in switches.rooms.iter().enumerate() {
        for number in 0..2 {
            radiators.spawn(radiator(room, number, switch.clone()));
        }
    }
    radiators
}

fn main() {
    stage::play("A hotel", async {
        let switches = Switches::new(3);
        let mut radiators = heat(&switches);
        sleep(Duration::from_secs(1)).await;
        switches.rooms[1].cancel();
        sleep(Duration::from_secs(1)).await;
        switches.main.cancel();
        while radiators.join_next().await.is_some() {}
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_by_itself_and_then_the_house() {
        const AFTER_THE_ROOM: Duration = Duration::from_secs(1);
        const AFTER_THE_HOUSE: Duration = Duration::from_secs(2);
        for turned_off in 0..4 {
            let played = stage::record(async {
                let switches = Switches::new(4);
                let radiators = heat(&switches);
                sleep(Duration::from_secs(1)).await;
                info!("room {turned_off} is turned off");
                switches.rooms[turned_off].cancel();
                sleep(Duration::from_secs(1)).await;
                info!("the house is turned off");
                switches.main.cancel();
                sleep(Duration::from_secs(1)).await;
                drop(radiators);
            });
            let happened = played.what_happened();
            for room in 0..4 {
                for number in 0..2 {
                    let (expected, switch) = if room == turned_off {
                        (AFTER_THE_ROOM, "its room's")
                    } else {
                        (AFTER_THE_HOUSE, "the main")
                    };
                    let told = played.told(&format!("radiator {room} {number}"));
                    let cold = told.first().map(|(at, _)| *at);
                    assert!(
                        cold == Some(expected),
                        "radiator {number} in room {room} should be turned off by {switch} switch, \
                         at {expected:?}; it got cold: {cold:?}{happened}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_hotel_without_rooms_and_one_with_many() {
        for rooms in [0, 50] {
            let switches = Switches::new(rooms);
            assert!(
                switches.rooms.len() == rooms,
                "{rooms} rooms should have {rooms} switches, not {}",
                switches.rooms.len()
            );
        }
    }
}

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
        for turned_off in 0..4 {
            let played = stage::record(async {
                let switches = Switches::new(4);
                let mut radiators = heat(&switches);
                sleep(Duration::from_secs(1)).await;
                switches.rooms[turned_off].cancel();
                sleep(Duration::from_secs(1)).await;
                let heated = radiators.len();
                while radiators.try_join_next().is_some() {}
                let still_warm = radiators.len();
                switches.main.cancel();
                sleep(Duration::from_secs(1)).await;
                while radiators.try_join_next().is_some() {}
                (heated, still_warm, radiators.len())
            });
            assert_eq!(
                played.value,
                (8, 6, 0),
                "radiators at first, after room {turned_off}, after the main switch"
            );
            for number in 0..2 {
                let lane = format!("radiator {turned_off} {number}");
                assert_eq!(played.told(&lane), [(Duration::from_secs(1), "cold")]);
            }
        }
    }
}

//! What goes wrong in a world, and when.

use std::{ops::Range, time::Duration};

use rand::{RngExt, SeedableRng, rngs::StdRng};

use super::{EPOCH, Settings};
use crate::{
    model::{GroupId, Timestamp},
    platform::Call,
};

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

/// A time in which something does not work.
#[derive(Clone, Debug)]
pub(super) struct Trouble {
    pub(super) what: What,
    /// `None` means all groups.
    pub(super) group: Option<GroupId>,
    pub(super) when: Range<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// The platform is away.
    Outage,
    /// The connection is broken: no calls, and what happens is told later, or never.
    Disconnected,
    /// Calls are not answered.
    Hang,
    /// Too many calls.
    RateLimit,
    /// The bot may not mute, kick, or write.
    NoMuting,
    NoKicking,
    NoWriting,
    /// The bot is not in the group.
    Removed,
}

impl What {
    /// Whether this call meets it.
    pub(super) fn concerns(self, call: &Call) -> bool {
        match self {
            Self::NoMuting => matches!(call, Call::Mute(..) | Call::Unmute(..)),
            Self::NoKicking => matches!(call, Call::Kick(..)),
            Self::NoWriting => matches!(call, Call::SendToGroup(..) | Call::Recall(..)),
            Self::Removed => !matches!(call, Call::SendToPerson(..)),
            Self::Outage | Self::Disconnected | Self::Hang | Self::RateLimit => true,
        }
    }
}

/// The end of a bot's process, and the beginning of the next one.
#[derive(Clone, Debug, PartialEq)]
pub struct Restart {
    /// When it ends.
    pub at: Timestamp,
    /// It is asked to; otherwise it crashes.
    pub graceful: bool,
    /// Until the next one starts.
    pub pause: Duration,
    /// How far the clock of the host is wrong from then on, in milliseconds.
    pub clock_error: i64,
}

pub(super) fn draw_troubles(settings: &Settings, random: &mut StdRng) -> Vec<Trouble> {
    let mut troubles = Vec::new();
    for day in 0..settings.days {
        let midnight = EPOCH.after(DAY * day);
        let mut draw = |what, group, minutes: Range<u32>| {
            let from = midnight.after(MINUTE * random.random_range(0..22 * 60));
            let to = from.after(MINUTE * random.random_range(minutes));
            // Each day ends well.
            let when = from..to.min(midnight.after(HOUR * 45 / 2));
            troubles.push(Trouble { what, group, when });
        };
        if settings.faults > 0.0 {
            draw(What::Outage, None, 2..10);
        }
        if settings.trouble > 0.0 {
            draw(What::Disconnected, None, 1..60);
            draw(What::RateLimit, None, 1..180);
        }
    }
    for day in 0..settings.days {
        for group in (1..=u64::from(settings.groups)).map(GroupId) {
            for what in [
                What::Hang,
                What::RateLimit,
                What::NoMuting,
                What::NoKicking,
                What::NoWriting,
                What::Removed,
            ] {
                if random.random_bool(settings.trouble) {
                    let midnight = EPOCH.after(DAY * day);
                    let from = midnight.after(MINUTE * random.random_range(0..22 * 60));
                    let to = from.after(MINUTE * random.random_range(5..400));
                    let when = from..to.min(midnight.after(HOUR * 45 / 2));
                    let group = Some(group);
                    troubles.push(Trouble { what, group, when });
                }
            }
        }
    }
    troubles
}

pub(super) fn draw_restarts(settings: &Settings, random: &mut StdRng) -> Vec<Restart> {
    let mut restarts = Vec::new();
    for day in 0..settings.days {
        if settings.trouble == 0.0 {
            break;
        }
        for _ in 0..random.random_range(0..3) {
            let minute = random.random_range(0..22 * 60_u32);
            let crashes = if random.random_bool(0.2) { 4 } else { 1 };
            for nth in 0..crashes {
                restarts.push(Restart {
                    at: EPOCH.after(DAY * day + MINUTE * minute + Duration::from_secs(5) * nth),
                    graceful: crashes == 1 && random.random_bool(0.5),
                    pause: match random.random_range(0..3) {
                        0 => Duration::from_millis(1),
                        1 => MINUTE,
                        _ if crashes == 1 => MINUTE * random.random_range(1..90),
                        _ => Duration::from_secs(1),
                    },
                    clock_error: [0, 3_600_000, -3_600_000][random.random_range(0..3)],
                });
            }
        }
    }
    restarts.sort_by_key(|restart| restart.at);
    restarts
}

/// What happens to an event on its way to the bot.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Way {
    Straight,
    /// Later, perhaps after what happened after it.
    Late(Duration),
    /// And once more, so much later.
    Twice(Duration),
    Lost,
}

/// The way of the event with this number; the same each time it is asked for.
pub(super) fn way(settings: &Settings, event: u64) -> Way {
    let number = event.wrapping_add(1).wrapping_mul(0xd6e8_feb8_6659_fd93);
    let mut random = StdRng::seed_from_u64(settings.seed ^ number);
    if settings.trouble == 0.0 || !random.random_bool(settings.trouble) {
        return Way::Straight;
    }
    // From milliseconds to an hour.
    let delay = Duration::from_secs_f64(10_f64.powf(random.random_range(-2.0..3.5)));
    match random.random_range(0..3) {
        0 => Way::Late(delay),
        1 => Way::Twice(delay),
        _ => Way::Lost,
    }
}
